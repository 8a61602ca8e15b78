import { describeFailure } from '../../../handlers/index.ts';
import { syncBuiltinESMExports } from 'node:module';
import timers from 'node:timers/promises';
import test from 'ava';
import { pino } from 'pino';
import { createEvents } from '../../../adapters/events/events.ts';
import { createMemoryStore } from '../../../adapters/memory/memory.ts';
import { createQueue } from '../../../adapters/queue/queue.ts';
import { retryImports, keepRefreshing } from '../../../adapters/timer/background.ts';
import { DomainError } from '../../../domain/index.ts';
import {
  healthyStatus,
  createFakeGit,
  createFakeMetrics,
  fakeCommits,
} from '../../kit/fake-ports.ts';

test.serial(
  'while nothing can be kept, no remote is asked again, and afterwards it is',
  async (t) => {
    const url = 'https://example.org/a.git';
    const [git, kept, over] = [createFakeGit(), createMemoryStore(), new AbortController()];
    const { promise: well, resolve: recover } = Promise.withResolvers<void>();
    let [fetches, checks, isFull] = [0, 0, true];
    const unlessFull =
      <Arguments extends readonly unknown[], Result>(
        write: (...given: Arguments) => Promise<Result>,
      ) =>
      async (...given: Arguments) => {
        if (isFull) throw new DomainError('store_unavailable', 'The disk is full.');
        return write(...given);
      };
    const store = {
      ...kept,
      saveHistory: unlessFull(async (...given: Parameters<typeof kept.saveHistory>) => {
        const change = await kept.saveHistory(...given);
        recover();
        return change;
      }),
      dropHistory: unlessFull(kept.dropHistory),
      check: unlessFull(async () => {}),
    };
    const checked = async () => {
      checks++;
      if (checks === 2) isFull = false;
      await store.check();
    };
    const ports = {
      git: {
        ...git,
        fetch: async (request: Parameters<typeof git.fetch>[0]) => {
          fetches++;
          return git.fetch(request);
        },
      },
      store: { ...store, check: checked },
      queue: createQueue({ concurrency: 1 }),
      metrics: createFakeMetrics(),
      events: createEvents(),
    };
    git.remotes.set(url, { commits: fakeCommits(2) });
    await kept.reserveProject({ name: 'a', url, maxProjects: 1 });
    const logged: string[] = [];
    const logger = pino({ base: null }, { write: (line) => void logged.push(line) });
    const refreshing = keepRefreshing(ports, {
      maxProjects: 1,
      signal: over.signal,
      logger,
      describeFailure,
    });
    await well;
    over.abort();
    await refreshing;
    t.is(fetches, 2);
    t.is(checks, 2);
    t.like(await kept.project('a'), { state: 'up', commits: 2 });
    t.is(logged.length, 2);
    t.regex(logged[0] ?? '', /"a repository could not be refreshed"/);
    t.regex(logged[1] ?? '', /"refreshing has failed"/);
  },
);

test.serial(
  'projects of a file that fail are tried again after 10 seconds, and later each time up to half an hour',
  async (t) => {
    const over = new AbortController();
    const waits: unknown[] = [];
    const wait = timers.setTimeout;
    // Nobody waits for half an hour, and the module has the function by its name.
    const pass = async (milliseconds: number) => {
      waits.push(milliseconds / 1000);
      if (waits.length === 10) over.abort();
    };
    Object.defineProperty(timers, 'setTimeout', { value: pass });
    syncBuiltinESMExports();
    t.teardown(() => {
      Object.defineProperty(timers, 'setTimeout', { value: wait });
      syncBuiltinESMExports();
    });
    const ports = {
      git: createFakeGit(),
      store: createMemoryStore(),
      queue: createQueue({ concurrency: 1 }),
      metrics: createFakeMetrics(),
      events: createEvents(),
    };
    const lines: string[] = [];
    const logger = pino({ base: null }, { write: (line) => void lines.push(line) });
    await retryImports(ports, [{ name: 'a', url: 'https://example.org/a.git' }], {
      maxProjects: 0,
      signal: over.signal,
      logger,
      describeFailure,
    });
    const expected = [10, 20, 40, 80, 160, 320, 640, 1280, 1800, 1800];
    t.deepEqual(waits, expected);
    t.deepEqual(
      lines.map((line) => Number(/"retrySeconds":(\d+)/.exec(line)?.[1])),
      expected,
    );
  },
);

test.serial(
  'while git cannot be run, no remote is asked again and no project fails, and afterwards it is asked',
  async (t) => {
    const url = 'https://example.org/a.git';
    const [git, store, over] = [createFakeGit(), createMemoryStore(), new AbortController()];
    const { promise: asked, resolve: ask } = Promise.withResolvers<void>();
    let [fetches, looks] = [0, 0];
    git.remotes.set(url, { commits: fakeCommits(2) });
    await store.reserveProject({ name: 'a', url, maxProjects: 1 });
    const ports = {
      git: {
        ...git,
        fetch: async (request: Parameters<typeof git.fetch>[0]) => {
          if (++fetches === 1) throw new DomainError('git_unavailable', 'Git is not there.');
          t.is((await store.project('a'))?.failures, 0);
          ask();
          return git.fetch(request);
        },
      },
      store,
      queue: createQueue({ concurrency: 1 }),
      metrics: createFakeMetrics(),
      events: createEvents(),
      status: {
        read: async () => ({ ...healthyStatus, gitWorker: { isUp: ++looks === 2, restarts: 3 } }),
      },
    };
    const logged: string[] = [];
    const logger = pino({ base: null }, { write: (line) => void logged.push(line) });
    const refreshing = keepRefreshing(ports, {
      maxProjects: 1,
      signal: over.signal,
      logger,
      describeFailure,
    });
    await asked;
    over.abort();
    await refreshing;
    t.is(fetches, 2);
    t.is(looks, 2);
    t.is(logged.length, 2);
  },
);
