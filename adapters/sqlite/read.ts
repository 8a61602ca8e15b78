import type { DatabaseSync } from 'node:sqlite';
import { readCommits } from './read-commits.ts';
import { readCounts } from './read-counts.ts';
import { readHistories } from './read-histories.ts';
import { readProjects } from './read-projects.ts';
import { readRewrites } from './read-rewrites.ts';

export type Reader = ReturnType<typeof createReader>;

/** Reads what is committed; each call is of one moment. */
export function createReader(db: DatabaseSync) {
  const histories = readHistories(db);
  return {
    ...readProjects(db),
    findHistory: histories.facts,
    openAttempts: histories.openAttempts,
    ...readCommits(db, histories),
    ...readCounts(db, histories),
    ...readRewrites(db),
  };
}
