export { addProject, type AddProjectInput } from './add-project.ts';
export { bringInProjects, type MissedProject, type WantedProject } from './bring-in-projects.ts';
export { authorLimit, hashLength, messageLimit, type Commit } from './commit.ts';
export {
  DomainError,
  fetchFailures,
  historyMoved,
  noRoom,
  gitUnavailable,
  isFetchFailure,
  isUnavailable,
  type ErrorCode,
  type FetchFailure,
} from './errors.ts';
export { fetchError } from './fetch-error.ts';
export { nearNames } from './near-names.ts';
export type * from './git-port.ts';
export type * from './ports.ts';
export type * from './store-port.ts';
export {
  keptRewrites,
  lostCommitsKept,
  maxCountedDays,
  mostNamesakes,
  mostRewrites,
} from './store-port.ts';
export { startOfWeek, weekOf, yearSeenAt, type Activity } from './activity.ts';
export { printable } from './printable.ts';
export { withoutCredentials } from './without-credentials.ts';
export { proposeName, repositoryOfPage } from './page-url.ts';
export {
  projectColumns,
  projectFits,
  projectOrder,
  type ListedProject,
  type ProjectColumn,
} from './project-order.ts';
export { ofSource, sourceOf } from './reader-source.ts';
export { remember } from './remember.ts';
export { refreshProject } from './refresh-project.ts';
export { refreshDue } from './refresh-due.ts';
export { settleAttempts } from './settle-attempts.ts';
export { standardRules, type RefreshRules } from './schedule.ts';
export { removeProject } from './remove-project.ts';
export {
  parseProjectName,
  parseRepositoryUrl,
  type Project,
  type ProjectState,
} from './project.ts';
