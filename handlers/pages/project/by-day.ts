import type { Commit } from '../../../domain/index.ts';
import { highlight, type Segment } from './highlight.ts';

/** A commit in a list. */
interface CommitRow extends Pick<Commit, 'sha' | 'hash' | 'author' | 'authoredAt'> {
  /** The subject, cut where it holds what was looked for. */
  readonly message: readonly Segment[];
  readonly merge: boolean;
}

/** Commits that follow one another and were committed on the same day, UTC. */
export interface Day {
  /** Its beginning, in epoch seconds; null for commits without a date. */
  readonly start: number | null;
  /** Names it in the page; null where an earlier group of the same day has that name. */
  readonly id: string | null;
  readonly rows: readonly CommitRow[];
}

const daySeconds = 86_400;

/** The name of a day in a page. */
export function dayId(seconds: number): string {
  return `on-${new Date(seconds * 1000).toISOString().slice(0, 10)}`;
}

/** Groups commits without changing their order, so that a day comes twice where dates go back and forth. */
export function groupByDay(commits: readonly Commit[], wanted: string | undefined): readonly Day[] {
  const days: { start: number | null; id: string | null; rows: CommitRow[] }[] = [];
  const seen = new Set<string>();
  for (const commit of commits) {
    const { committedAt } = commit;
    const start = committedAt === null ? null : committedAt - (committedAt % daySeconds);
    let day = days.at(-1);
    if (day === undefined || day.start !== start) {
      const id = start === null ? null : dayId(start);
      day = { start, id: id === null || seen.has(id) ? null : id, rows: [] };
      if (id !== null) seen.add(id);
      days.push(day);
    }
    day.rows.push(toRow(commit, wanted));
  }
  return days;
}

function toRow(commit: Commit, wanted: string | undefined): CommitRow {
  const { sha, hash, author, authoredAt, message, parents } = commit;
  return {
    sha,
    hash,
    author,
    authoredAt,
    message: highlight(message, wanted),
    merge: parents.length > 1,
  };
}
