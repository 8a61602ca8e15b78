import type { CommitStore } from './commit-store.ts';
import type { CountStore } from './count-store.ts';
import type { HistoryStore } from './history-store.ts';
import type { ProjectStore } from './project-store.ts';
import type { RewriteStore } from './rewrite-store.ts';

/**
 * Keeps projects and their histories. Projects of one url share one history, and what became of fetching it.
 * All of it rejects with DomainError `store_unavailable` where it cannot be read or written just now.
 */
export interface StorePort
  extends ProjectStore, HistoryStore, CommitStore, CountStore, RewriteStore {
  /** @throws DomainError `store_unavailable` where nothing could be written just now */
  check(): Promise<void>;
  close(): Promise<void>;
}
