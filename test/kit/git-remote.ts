import { join } from 'node:path';
import type { ExecutionContext } from 'ava';
import { fetchHead, type FetchedHead, type FetchHeadOptions } from './fetch-head.ts';
import { startGitServer, type GitServer } from './git-server.ts';
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
  const clients = await temporaryDirectory(t);
  const server = await startGitServer(root);
  t.teardown(() => server.close());
  return {
    root,
    server,
    fetch: (path, options) =>
      fetchHead(join(clients, crypto.randomUUID()), `${server.origin}/${path}`, options),
  };
}
