import { join } from 'node:path';
import type { ExecutionContext } from 'ava';
import { fetchHead, type FetchedHead, type FetchHeadOptions } from './fetch-head.ts';
import { startGitServer, type GitServer } from './git-server.ts';
import { createRepository, type Repository } from './repository.ts';
import { temporaryDirectory } from './temporary-directory.ts';

export interface Serving {
  /** Where the server's repositories are. */
  readonly root: string;
  readonly server: GitServer;
  /** Fetches the HEAD of what the server has at a path (`x.git`) into a new repository. */
  readonly fetch: (path: string, options?: FetchHeadOptions) => Promise<FetchedHead>;
}

/** A git server for one test, by default with no repository yet. */
export async function startGitRemote(
  t: Pick<ExecutionContext, 'teardown'>,
  repositories?: string,
): Promise<Serving> {
  const root = repositories ?? (await temporaryDirectory(t));
  const server = await startGitServer(root);
  t.teardown(() => server.close());
  return {
    root,
    server,
    fetch: async (path, options) => {
      const clone = join(await temporaryDirectory(t), 'clone.git');
      return fetchHead(clone, `${server.origin}/${path}`, options);
    },
  };
}

/** A git server for one test with one repository, which has no commits yet. */
export async function startGitRepository(
  t: Pick<ExecutionContext, 'teardown'>,
  options?: Parameters<typeof createRepository>[1],
): Promise<Serving & { readonly repository: Repository; readonly url: string }> {
  const remote = await startGitRemote(t);
  const repository = await createRepository(join(remote.root, 'x.git'), options);
  return { ...remote, repository, url: `${remote.server.origin}/x.git` };
}
