import type { QueuePort } from '../../domain/index.ts';
import { raceAbort } from '../../domain/concurrency/race-abort.ts';

/** Works of one tag that run together. */
interface Group {
  readonly tag: string;
  /** Resolves when the group before it is over. */
  readonly ready: Promise<void>;
  /** Resolves when this group is over, and all before it. */
  readonly over: PromiseWithResolvers<void>;
  members: number;
}

/** Lets groups of works take turns, in this process. */
export function createKeyedMutex(): QueuePort['runExclusive'] {
  /** The last group of each key. */
  const last = new Map<string, Group>();

  const join = (key: string, tag: string): Group => {
    const before = last.get(key);
    // Behind another tag, or behind works that all have ended, one would overtake those that wait.
    if (before !== undefined && before.tag === tag && before.members > 0) return before;
    const ready = before?.over.promise ?? Promise.resolve();
    const group = { tag, ready, over: Promise.withResolvers<void>(), members: 0 };
    last.set(key, group);
    return group;
  };

  const leave = async (key: string, group: Group) => {
    // All of it may have left while a group before it still works.
    await group.ready;
    if (last.get(key) === group) last.delete(key);
    group.over.resolve();
  };

  return async ({ key, tag, signal }, work) => {
    signal?.throwIfAborted();
    const group = join(key, tag);
    group.members++;
    try {
      await raceAbort(group.ready, signal);
      return await work();
    } finally {
      group.members--;
      if (group.members === 0) void leave(key, group);
    }
  };
}
