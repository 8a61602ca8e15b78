import { unlessAborted } from './unless-aborted.ts';

interface Job {
  readonly key: string;
  /** Works of one group load the same machine. */
  readonly group: string;
  /** Epoch seconds: the smaller, the sooner its turn. */
  readonly dueAt: number;
}

interface Waiting extends Job {
  begin(): void;
}

/** Works that wait for their turn. */
export interface Backlog {
  /** Runs the work when its turn comes, unless its key waits or runs already; whether it did. */
  add(job: Job, work: () => Promise<void>, signal: AbortSignal | undefined): Promise<boolean>;
  /** How many wait. */
  waiting(): number;
}

/** How many works of one group run at once at most: a remote should hardly notice us. */
const mostPerGroup = 2;

/**
 * Lets works run a few at a time, the longest due first. Not p-queue: one for each group before one for all lets a group
 * keep others of longer due works waiting, and needs a queue made and removed for every remote there ever was.
 * @param concurrency how many run at once
 */
export function createBacklog(concurrency: number): Backlog {
  // A group whose works take long keeps half of the places, and leaves the others to whoever is quicker.
  const perGroup = Math.max(1, Math.min(mostPerGroup, Math.floor(concurrency / 2)));
  const waiting: Waiting[] = [];
  const running = new Map<string, Job>();

  const next = () => {
    while (running.size < concurrency) {
      const groups = [...running.values()].map(({ group }) => group);
      const place = waiting.findIndex(
        ({ group }) => groups.filter((other) => other === group).length < perGroup,
      );
      const [job] = place === -1 ? [] : waiting.splice(place, 1);
      if (job === undefined) return;
      running.set(job.key, job);
      job.begin();
    }
  };

  const wait = (job: Job): { readonly turn: Promise<void>; leave(): void } => {
    const { promise: turn, resolve } = Promise.withResolvers<void>();
    const entry = { ...job, begin: resolve };
    const place = waiting.findIndex(({ dueAt }) => dueAt > job.dueAt);
    waiting.splice(place === -1 ? waiting.length : place, 0, entry);
    return {
      turn,
      leave: () => {
        const left = waiting.indexOf(entry);
        if (left !== -1) waiting.splice(left, 1);
        if (running.get(job.key) === entry) running.delete(job.key);
        next();
      },
    };
  };

  return {
    waiting: () => waiting.length,

    async add(job, work, signal) {
      signal?.throwIfAborted();
      if (running.has(job.key) || waiting.some(({ key }) => key === job.key)) return false;
      const { turn, leave } = wait(job);
      next();
      try {
        await unlessAborted(turn, signal);
        await work();
        return true;
      } finally {
        leave();
      }
    },
  };
}
