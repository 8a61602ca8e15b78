import { createReadLimits, type ReadLimits } from '../../domain/concurrency/long-reads.ts';
import type { StorePort } from '../../domain/index.ts';
import { commitStore } from './commits.ts';
import { countStore } from './counts.ts';
import { historyStore } from './histories.ts';
import { projectStore } from './projects.ts';
import { rewriteStore } from './rewrites.ts';
import { createTables } from './tables.ts';

/**
 * Keeps everything in this process, gone when it ends.
 * @param limits of the reads that take many steps; two at once unless given
 */
export function createMemoryStore(limits: ReadLimits = createReadLimits(2)): StorePort {
  const tables = createTables();
  return {
    ...projectStore(tables),
    ...historyStore(tables),
    ...commitStore(tables, limits.searches),
    ...countStore(tables, limits.counts),
    ...rewriteStore(tables),
    async check() {},
    async close() {},
  };
}
