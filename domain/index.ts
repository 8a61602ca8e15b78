export { addProject, type AddProjectInput } from './use-cases/add-project.ts';
export {
  importProjects,
  type FailedImport,
  type DeclaredProject,
} from './use-cases/import-projects.ts';
export { authorLimit, hashLength, messageLimit, type Commit } from './commit.ts';
export {
  DomainError,
  fetchFailures,
  historyMoved,
  noRoom,
  pendingProject,
  tooManyFetches,
  unknownProject,
  gitUnavailable,
  isFetchFailure,
  isUnavailable,
  type ErrorCode,
  type FetchFailure,
} from './errors.ts';
export { fetchError } from './fetch-error.ts';
export { suggestNames } from './suggest-names.ts';
export type * from './ports/git-port.ts';
export type * from './ports/ports.ts';
export type * from './ports/store-port.ts';
export type * from './ports/project-store.ts';
export type * from './ports/history-store.ts';
export type * from './ports/commit-store.ts';
export type * from './ports/count-store.ts';
export type * from './ports/rewrite-store.ts';
export { maxPrefixMatches } from './history/commit-filter.ts';
export { maxCountedDays } from './history/count-by-date.ts';
export { keptRewrites, lostCommitsKept, maxRewrites } from './history/rewrites.ts';
export { startOfWeek, weekOf, yearSeenAt, type Activity } from './history/activity.ts';
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
export { ofSource, sourceOf } from './concurrency/reader-source.ts';
export { refreshProject } from './use-cases/refresh-project.ts';
export { refreshDue } from './use-cases/refresh-due.ts';
export { settleAttempts } from './use-cases/settle-attempts.ts';
export { defaultRefreshPolicy, type RefreshPolicy } from './use-cases/schedule.ts';
export { removeProject } from './use-cases/remove-project.ts';
export {
  parseProjectName,
  parseRepositoryUrl,
  type Project,
  type ProjectState,
} from './project.ts';
