import { availableParallelism } from 'node:os';
import { DomainError, tooManyFetches, type QueuePort, type Share } from '../../domain/index.ts';
import { createScheduler, type Scheduler } from './scheduler.ts';
import { createKeyedMutex } from './keyed-mutex.ts';
import { raceAbort } from '../../domain/concurrency/race-abort.ts';

/**
 * What somebody waits for counts towards the limit; what is done `later`, and what only clears away, does not. Of the last
 * there is nothing to share.
 */
type Kind = 'now' | 'later' | 'cleanup';

interface Job extends Share {
  /** Settles when the work is over. */
  readonly done: Promise<void>;
  readonly controller: AbortController;
  readonly kind: Kind;
  /** What {@link QueuePort.runIfIdle} was asked for meanwhile. */
  cleanup?: (() => Promise<void>) | undefined;
  waiters: number;
}

interface Wanted {
  readonly key: string;
  readonly kind: Kind;
  readonly share?: Share | undefined;
}

export interface LocalQueue extends QueuePort, Pick<Scheduler, 'waiting'> {
  /** Resolves when no work runs: one that nobody waits for any more still has to clear away. */
  idle(): Promise<void>;
  /** How many works run, whoever waits for them. */
  running(): number;
}

interface QueueOptions {
  /**
   * How many works somebody waits for may run at once, a quarter of them for one client and three quarters for one group;
   * another key is then refused as `busy`.
   */
  readonly concurrency: number;
  /** How many works nobody waits for may run at once; one per core unless given, and four where there are fewer cores. */
  readonly laterConcurrency?: number | undefined;
}

/** How many works nobody waits for run at once unless said: they wait for remotes, and hardly take a core. */
export const defaultLaterConcurrency = Math.max(4, availableParallelism());

/** Runs each key's work once at a time, in this process. */
export function createQueue(options: QueueOptions): LocalQueue {
  const { concurrency, laterConcurrency = defaultLaterConcurrency } = options;
  const jobs = new Map<string, Job>();
  const backlog = createScheduler(laterConcurrency);

  const start = (
    { key, kind, share: whose }: Wanted,
    work: (signal: AbortSignal) => Promise<void>,
  ): Job => {
    const controller = new AbortController();
    const over = async () => {
      try {
        await work(controller.signal);
      } finally {
        jobs.delete(key);
        if (job.cleanup !== undefined) await start({ key, kind: 'cleanup' }, job.cleanup).done;
      }
    };
    const { promise: done, resolve } = Promise.withResolvers<void>();
    const job: Job = { ...whose, done, controller, kind, waiters: 0 };
    jobs.set(key, job);
    resolve(over());
    // When everybody has left, nobody else hears of the work's failure.
    done.catch(() => {});
    return job;
  };

  // A group has more than a client, so that no client alone takes all that there is for a group.
  const perSource = Math.max(1, Math.floor(concurrency / 4));
  const perGroup = Math.ceil((concurrency * 3) / 4);

  const refuseWhenFull = ({ source, group }: Share) => {
    const running = [...jobs.values()].filter(
      (job) => job.kind === 'now' && !job.controller.signal.aborted,
    );
    const refuse = (message: string) => new DomainError('busy', message);
    if (running.length >= concurrency) throw tooManyFetches();
    const count = (isOf: (job: Job) => boolean) => running.filter(isOf).length;
    if (source !== undefined && count((job) => job.source === source) >= perSource)
      throw refuse(
        'Your address has its share of the fetches that run; wait for one of them to end.',
      );
    if (group !== undefined && count((job) => job.group === group) >= perGroup)
      throw refuse('Very many repositories are being fetched from that host; try again shortly.');
  };

  const wait = async (key: string, job: Job, signal: AbortSignal | undefined): Promise<void> => {
    job.waiters++;
    try {
      await raceAbort(job.done, signal);
    } finally {
      job.waiters--;
      if (job.waiters === 0 && jobs.get(key) === job) job.controller.abort(signal?.reason);
    }
  };

  const share = async (
    wanted: Wanted,
    work: (signal: AbortSignal) => Promise<void>,
    signal: AbortSignal | undefined,
  ) => {
    const { key, kind, share: whose = {} } = wanted;
    signal?.throwIfAborted();
    let job = jobs.get(key);
    // What is being ended has no result to share, and two works of one key must never overlap.
    while (job?.controller.signal.aborted || job?.kind === 'cleanup') {
      await raceAbort(
        job.done.catch(() => {}),
        signal,
      );
      job = jobs.get(key);
    }
    if (job === undefined && kind === 'now') refuseWhenFull(whose);
    await wait(key, job ?? start(wanted, work), signal);
  };

  return {
    runExclusive: createKeyedMutex(),
    waiting: backlog.waiting,
    running: () => jobs.size,

    singleFlight: (key, work, signal, whose) =>
      share({ key, kind: 'now', share: whose }, work, signal),

    schedule: (job, work, signal) =>
      backlog.add(job, () => share({ key: job.key, kind: 'later' }, work, signal), signal),

    isRunning: (key) => jobs.has(key),

    async idle() {
      while (jobs.size > 0) await Promise.allSettled([...jobs.values()].map(({ done }) => done));
    },

    async runIfIdle(key, work) {
      const job = jobs.get(key);
      if (job === undefined) await start({ key, kind: 'cleanup' }, work).done;
      else if (job.kind === 'later') job.cleanup = work;
    },
  };
}
