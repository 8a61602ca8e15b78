import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { ExecutionContext } from 'ava';
import { createMemoryStore } from '../../../adapters/memory/memory.ts';
import type { Change, Project } from '../../../domain/index.ts';
import { refreshHistory } from '../../../domain/use-cases/refresh-history.ts';
import { createFakeMetrics } from '../../kit/fake-ports.ts';
import { serve, type Answer } from '../../kit/git-backend.ts';
import { startGitServer } from '../../kit/git-server.ts';
import { createRepository, type Repository } from '../../kit/repository.ts';
import { temporaryDirectory } from '../../kit/temporary-directory.ts';
import { startGit, type TestGit } from '../../kit/git-fixture.ts';

/** A repository whose history is kept up to date, by real git over real HTTP. */
export interface Followed {
  /** Where the repository is, so that another one can take its place. */
  readonly path: string;
  readonly repository: Repository;
  /** The mirror of it, which is there after the first refresh. */
  mirror(): Promise<string>;
  /** Lets the remote answer in another way from now on. */
  answer(how: Answer): void;
  refresh(): Promise<void>;
  /** The commits that are kept, newest first. */
  kept(): Promise<readonly string[]>;
  project(): Promise<Project | undefined>;
  /** What each refresh changed: `unchanged`, or how it was read and what that brought. */
  readonly changes: readonly (Change & { readonly how: 'extended' | 'read anew' })[];
  readonly git: TestGit;
}

export async function followed(t: ExecutionContext): Promise<Followed> {
  const root = await temporaryDirectory(t);
  const server = await startGitServer(root);
  t.teardown(() => server.close());
  const path = join(root, 'x.git');
  const repository = await createRepository(path);
  const testGit = await startGit(t);
  const url = `${server.origin}/changing/x.git`;
  server.answers.set('changing', serve());

  const changes: (Change & { how: 'extended' | 'read anew' })[] = [];
  const store = createMemoryStore();
  const ports = {
    git: testGit.port,
    metrics: createFakeMetrics(),
    store: {
      ...store,
      saveHistory: async (...args: Parameters<typeof store.saveHistory>) => {
        const change = await store.saveHistory(...args);
        changes.push({ ...change, how: 'read anew' });
        return change;
      },
      extendHistory: async (...args: Parameters<typeof store.extendHistory>) => {
        const change = await store.extendHistory(...args);
        if (change !== 'too_different') changes.push({ ...change, how: 'extended' });
        return change;
      },
    },
  };
  await store.reserveProject({ name: 'x', url, maxProjects: 1 });
  return {
    path,
    repository,
    changes,
    git: testGit,
    mirror: async () => {
      const mirrors = join(testGit.directory, 'mirrors');
      const [name = ''] = await readdir(mirrors);
      return join(mirrors, name);
    },
    answer: (how) => void server.answers.set('changing', how),
    refresh: async () =>
      void (await refreshHistory(ports, { url, signal: new AbortController().signal })),
    project: () => store.project('x'),
    kept: async () => {
      const page = await store.commits('x', { limit: Infinity });
      return typeof page === 'object' ? page.commits.map(({ sha }) => sha) : [];
    },
  };
}
