import type { DatabaseSync } from 'node:sqlite';
import { stepMs } from '../../domain/concurrency/long-reads.ts';
import type { SearchKey, SearchStep } from '../../domain/history/search-rows.ts';
import type { CommitFilter } from '../../domain/index.ts';
import type { RowRange } from './read-histories.ts';
import { searchFirstParents } from './search-first-parents.ts';
import { searchIndexes } from './search-indexes.ts';
import type { StepClock } from './search-step.ts';
import { number } from './values.ts';

type Search = (
  rows: RowRange & { readonly count: number },
  filter: CommitFilter,
  from: SearchKey,
  limit: number,
) => Omit<SearchStep, 'project'>;

/** Looks for commits, one step at a time: it ends after {@link stepMs}, whatever its rows and the text make it cost, or with a page. */
export function createSearch(db: DatabaseSync): Search {
  const clock: StepClock = { deadline: 0 };
  const byIndex = searchIndexes(db, clock);
  const byParents = searchFirstParents(db, clock);
  const idOf = db.prepare('SELECT id FROM authors WHERE name = ?');

  return ({ history, root, count }, filter, from, limit) => {
    const row = filter.author === undefined ? undefined : idOf.get(filter.author);
    if (filter.author !== undefined && row === undefined) return { hits: [], next: undefined };
    clock.deadline = performance.now() + stepMs;
    const search = filter.firstParent === true ? byParents : byIndex;
    const rows = { history, top: root + count, author: row && number(row, 'id') };
    const key = { pos: root + from.position, committed: from.committedAt, side: from.side };
    const { hits, next } = search(rows, filter, key, limit);
    return {
      hits: hits.map(({ commit, pos }) => ({ commit, position: pos - root })),
      next: next && { position: next.pos - root, committedAt: next.committed, side: next.side },
    };
  };
}
