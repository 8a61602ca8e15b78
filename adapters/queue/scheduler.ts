import { raceAbort } from '../../domain/concurrency/race-abort.ts';

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
export interface Scheduler {
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
export function createScheduler(concurrency: number): Scheduler {
  // A group whose works take long keeps half of the places, and leaves the others to whoever is quicker.
  const perGroup = Math.max(1, Math.min(mostPerGroup, Math.floor(concurrency / 2)));
  /** By due time; of those due at the same time, the first added comes first. */
  const waiting: Waiting[] = [];
  const running = new Map<string, Waiting>();
  /** Of all that wait or run. */
  const keys = new Set<string>();
  /** How many of each group run. */
  const runningOf = new Map<string, number>();

  const isFull = (group: string) => (runningOf.get(group) ?? 0) >= perGroup;

  const begin = (job: Waiting) => {
    running.set(job.key, job);
    runningOf.set(job.group, (runningOf.get(job.group) ?? 0) + 1);
    job.begin();
  };

  const end = ({ key, group }: Waiting) => {
    running.delete(key);
    const others = (runningOf.get(group) ?? 0) - 1;
    if (others > 0) runningOf.set(group, others);
    else runningOf.delete(group);
  };

  /** Whoever waits while there is a place is of a full group: only the end of a work has to look for the next one. */
  const next = () => {
    while (running.size < concurrency) {
      const place = waiting.findIndex(({ group }) => !isFull(group));
      const [job] = place === -1 ? [] : waiting.splice(place, 1);
      if (job === undefined) return;
      begin(job);
    }
  };

  const insert = (job: Waiting) => {
    let [low, high] = [0, waiting.length];
    while (low < high) {
      const middle = Math.floor((low + high) / 2);
      if ((waiting[middle]?.dueAt ?? Infinity) > job.dueAt) high = middle;
      else low = middle + 1;
    }
    waiting.splice(low, 0, job);
  };

  const leave = (job: Waiting) => {
    keys.delete(job.key);
    if (running.get(job.key) === job) {
      end(job);
      next();
    } else {
      const place = waiting.indexOf(job);
      if (place !== -1) waiting.splice(place, 1);
    }
  };

  return {
    waiting: () => waiting.length,

    async add({ key, group, dueAt }, work, signal) {
      signal?.throwIfAborted();
      if (keys.has(key)) return false;
      const { promise: turn, resolve } = Promise.withResolvers<void>();
      const job = { key, group, dueAt, begin: resolve };
      keys.add(key);
      if (running.size < concurrency && !isFull(group)) begin(job);
      else insert(job);
      try {
        await raceAbort(turn, signal);
        await work();
        return true;
      } finally {
        leave(job);
      }
    },
  };
}
