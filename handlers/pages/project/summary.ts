import { fetchError, isFetchFailure, type Project } from '../../../domain/index.ts';
import { titleOf } from '../../contract/problems.ts';
import type { ProjectHead, Trouble } from './views.ts';

/** What of a project is on its pages. It changes with the tip, and when fetching begins or ceases to fail. */
export function summarize(project: Project): ProjectHead {
  const { name, url, defaultBranch, tip, tipCommittedAt, commits, activity } = project;
  const authors = activity?.authors.d30 ?? 0;
  const trouble = troubleOf(project);
  return { name, url, defaultBranch, tip, tipCommittedAt, commits, authors, trouble };
}

function troubleOf({ state, lastOutcome, lastSuccessAt }: Project): Trouble | null {
  if (state !== 'failing' || lastOutcome === null || !isFetchFailure(lastOutcome)) return null;
  const { message } = fetchError(lastOutcome);
  return { title: titleOf(lastOutcome), advice: message, since: lastSuccessAt };
}
