import { join } from 'node:path';
import type { ExecutionContext } from 'ava';
import { startGitServer, type GitServer } from './git-server.ts';
import { startProgram, type ProgramOptions, type RunningServer } from './program.ts';
import { endAll } from './processes.ts';
import { createRepository, type Repository } from './repository.ts';
import { temporaryDirectory } from './temporary-directory.ts';

export interface Started {
  /** The program's temporary directory: empty once it has ended. */
  readonly tmp: string;
  /** The program's data directory, unless the test chose another. */
  readonly data: string;
  /** Where the remote's repositories are. */
  readonly root: string;
  /** Serves the repositories of a test. */
  readonly remote: GitServer;
  readonly server: RunningServer;
  /** Served as `/x.git`, without commits yet. */
  readonly repository: Repository;
}

/**
 * Starts the program beside a git server for one test.
 * @param program when it is ended whatever it does, in milliseconds, and the cgroup that it is in
 */
export async function startedApp(
  t: Pick<ExecutionContext, 'teardown'>,
  env:
    | Readonly<Record<string, string>>
    | ((remote: GitServer) => Promise<Readonly<Record<string, string>>>) = {},
  program: Pick<ProgramOptions, 'timeout' | 'cgroup'> = {},
): Promise<Started> {
  const tmp = await temporaryDirectory(t);
  const data = join(await temporaryDirectory(t), 'data');
  const root = await temporaryDirectory(t);
  const remote = await startGitServer(root);
  t.teardown(() => remote.close());
  const repository = await createRepository(join(root, 'x.git'));
  const given = typeof env === 'function' ? await env(remote) : env;
  const environment = { TMPDIR: tmp, DATA_DIR: data, ...given };
  const server = await startProgram(environment, program);
  t.teardown(async () => {
    await server.stop('SIGKILL');
    // A git that outlives it could work for ever on a repository that is gone.
    // Without a data directory its mirrors are among the temporary files.
    await endAll(`GIT_MONITORING_SERVER=${environment.DATA_DIR || tmp}`);
  });
  return { tmp, data, root, remote, server, repository };
}

/** The same for up to ten minutes. */
export function startedForLong(
  t: Pick<ExecutionContext, 'teardown'>,
  env: Readonly<Record<string, string>> = {},
  program: Pick<ProgramOptions, 'cgroup'> = {},
): Promise<Started> {
  return startedApp(t, env, { timeout: 600_000, ...program });
}

/** Adds a repository, or adds it again. */
export function add(
  server: Pick<RunningServer, 'url'>,
  name: string,
  url: string,
): Promise<Response> {
  return fetch(`${server.url}/add/${name}`, { method: 'POST', body: url });
}
