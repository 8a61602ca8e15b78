import { fetchError, isFetchFailure, type Project } from '../../../domain/index.ts';
import { titleOf } from '../../contract/problems.ts';

/** What every page of a project shows of it. */
export interface ProjectHead extends Pick<
  Project,
  'name' | 'url' | 'defaultBranch' | 'tip' | 'tipCommittedAt' | 'commits'
> {
  /** How many people wrote what was committed in the last 30 days. */
  readonly authors: number;
  /** Why the repository could not be fetched the last time; null where it could. */
  readonly trouble: Trouble | null;
}

interface Trouble {
  readonly title: string;
  /** What went wrong and what to do. */
  readonly advice: string;
  /** When it was last fetched, in epoch seconds. */
  readonly since: number | null;
}

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
