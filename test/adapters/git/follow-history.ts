import { join } from 'node:path';
import type { ExecutionContext } from 'ava';
import { openSqliteStore } from '../../../adapters/sqlite/sqlite.ts';
import type { StorePort } from '../../../domain/index.ts';
import { refreshHistory } from '../../../domain/use-cases/refresh-history.ts';
import { createFakeMetrics } from '../../kit/fake-ports.ts';
import { startGitRepository } from '../../kit/git-remote.ts';
import { random, seedOf } from '../../kit/random.ts';
import { randomHistory, type Step } from './random-history.ts';
import { temporaryDirectory } from '../../kit/temporary-directory.ts';
import { startGit } from '../../kit/git-fixture.ts';

/**
 * Refreshes a repository after each of so many random steps, and expects the order of `git rev-list` each time, and
 * that hardly ever all of it is written anew. The seed, which is told, repeats a run.
 */
export async function followHistory(t: ExecutionContext, steps: number): Promise<void> {
  const seed = seedOf(t);
  const { server, repository } = await startGitRepository(t);
  const history = await randomHistory(repository, random(seed));
  const { port: git } = await startGit(t);
  const store = openSqliteStore(join(await temporaryDirectory(t), 'gitmon.db'));
  t.teardown(() => store.close());
  let anew = 0;
  const counted: typeof store = {
    ...store,
    saveHistory: (...args) => {
      anew++;
      return store.saveHistory(...args);
    },
  };
  const ports = { git, store: counted, metrics: createFakeMetrics() };
  const url = `${server.origin}/x.git`;
  const refresh = () => refreshHistory(ports, { url, signal: new AbortController().signal });

  await refresh();
  await store.saveProject({ name: 'x', url, maxProjects: 1 });
  const taken = new Map<Step, number>();
  let walks: Walk[] = [];
  let finished = 0;
  let moved = 0;
  for (let number = 1; number <= steps; number++) {
    const step = await history.step();
    taken.set(step, (taken.get(step) ?? 0) + 1);
    await refresh();
    const expected = await history.order();
    const found = await store.commits('x', { limit: Infinity });
    const names = typeof found === 'object' ? found.commits.map(({ sha }) => sha) : [];
    if (names.join() !== expected.join()) {
      t.deepEqual(names, expected, `seed ${seed}, step ${number}: ${step}`);
    }

    if (number % 3 === 0) walks.push({ expected, read: [] });
    const going: Walk[] = [];
    for (const walk of walks) {
      const ended = await readOn(store, walk);
      if (ended === 'moved') moved++;
      if (ended === 'finished') {
        finished++;
        if (walk.read.join() !== walk.expected.join()) t.deepEqual(walk.read, walk.expected);
      }
      if (ended === undefined) going.push(walk);
    }
    walks = going;
  }
  t.log(`${finished} walks over all pages, ${moved} that were told to begin anew`);
  t.true(finished > 0);
  t.log([...taken].map(([step, count]) => `${step}: ${count}`).join(', '));
  t.true((taken.get('merge') ?? 0) + (taken.get('octopus') ?? 0) >= 0.3 * steps);
  t.true(anew - 1 <= Math.max(2, 0.05 * steps), `${anew} times all was written anew`);
}

/** Somebody who reads page after page of a history while it changes. */
interface Walk {
  readonly expected: readonly string[];
  readonly read: string[];
}

/** Reads the next page; tells when that was the last one, or what was to be read has changed. */
async function readOn(
  store: StorePort,
  { expected, read }: Walk,
): Promise<'moved' | 'finished' | undefined> {
  const from = { tip: expected[0] ?? '', commits: expected.length, skip: read.length };
  const page = await store.commits('x', { from, limit: 40 });
  if (page === 'moved') return 'moved';
  read.push(...(page?.commits.map(({ sha }) => sha) ?? []));
  return read.length >= expected.length ? 'finished' : undefined;
}
