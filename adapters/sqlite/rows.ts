import {
  hashLength,
  isFetchFailure,
  type Activity,
  type Commit,
  type HistoryFacts,
  type Project,
} from '../../domain/index.ts';
import { formatGitDate } from '../../domain/git-date.ts';
import { bytes, number, numberOrNull, text, textOrNull, type Row } from './values.ts';

/** The columns {@link toFacts} reads. */
export const factColumns = `urls.url, history, root, commits, tip, default_branch, tip_committed_at, tip_changed_at,
  last_attempt_at, last_success_at, last_outcome, failures, next_refresh_at, activity`;

/** The name of a project, and what is known of its url. */
export function toProject(row: Row): Project {
  return { name: text(row, 'name'), addedAt: numberOrNull(row, 'added_at'), ...toFacts(row) };
}

/** What is known of a url. */
export function toFacts(row: Row): HistoryFacts {
  const pending = row['history'] === null;
  const outcome = textOrNull(row, 'last_outcome');
  const failures = number(row, 'failures');
  return {
    url: text(row, 'url'),
    state: pending ? 'pending' : failures > 0 ? 'failing' : 'up',
    commits: number(row, 'commits'),
    tip: textOrNull(row, 'tip'),
    defaultBranch: textOrNull(row, 'default_branch'),
    tipCommittedAt: numberOrNull(row, 'tip_committed_at'),
    lastAttemptAt: numberOrNull(row, 'last_attempt_at'),
    lastSuccessAt: numberOrNull(row, 'last_success_at'),
    lastOutcome: outcome === 'ok' || (outcome !== null && isFetchFailure(outcome)) ? outcome : null,
    failures,
    tipChangedAt: numberOrNull(row, 'tip_changed_at'),
    nextRefreshAt: number(row, 'next_refresh_at'),
    activity: toActivity(textOrNull(row, 'activity')),
  };
}

function toActivity(stored: string | null): Activity | null {
  if (stored === null) return null;
  // Written by this store alone, always whole; an older version did not count weeks.
  const [measured = '', weeks = ''] = stored.split(';');
  const [d7, d30, d90, p50, p95] = measured.split(' ').map(Number);
  return {
    authors: { d7: d7 ?? 0, d30: d30 ?? 0, d90: d90 ?? 0 },
    gapSeconds: p50 === undefined || p95 === undefined ? null : { p50, p95 },
    weeks: toWeeks(weeks),
  };
}

export function fromActivity({ authors, gapSeconds, weeks }: Activity): string {
  const gaps = gapSeconds === null ? [] : [gapSeconds.p50, gapSeconds.p95];
  return `${[authors.d7, authors.d30, authors.d90, ...gaps].join(' ')};${weeks.join(',')}`;
}

function toWeeks(stored: string): readonly number[] {
  return stored === '' ? [] : stored.split(',').map(Number);
}

/** The columns {@link toCommit} reads, of `commits` joined with `authors`. */
export const commitColumns = 'pos, sha, parents, name, authored, zone, committed, message';

export function toCommit(row: Row): Commit {
  const sha = bytes(row, 'sha').toString('hex');
  const authoredAt = numberOrNull(row, 'authored');
  const zone = textOrNull(row, 'zone');
  const parents = bytes(row, 'parents').toString('hex');
  return {
    hash: sha.slice(0, hashLength),
    author: text(row, 'name'),
    date: authoredAt === null || zone === null ? null : formatGitDate(`${authoredAt} ${zone}`),
    message: text(row, 'message'),
    sha,
    authoredAt,
    committedAt: numberOrNull(row, 'committed'),
    parents: splitNames(parents, sha.length),
  };
}

/** Object names written one after the other. */
export function splitNames(names: string, length: number): readonly string[] {
  return Array.from({ length: names.length / length }, (_, index) =>
    names.slice(index * length, (index + 1) * length),
  );
}

/** The zone at the end of a date of git; with `authoredAt` it says all that the date does. */
export function zoneOf({ date }: Pick<Commit, 'date'>): string | null {
  return date === null ? null : date.slice(date.lastIndexOf(' ') + 1);
}
