import { chmod, mkdir, readdir, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import type { ExecutionContext } from 'ava';
import { allowAllAddresses } from '../../adapters/egress/address-policy.ts';
import { createEgress, type EgressOptions } from '../../adapters/egress/proxy.ts';
import type { FindCredential } from '../../adapters/git/credential.ts';
import { createGit } from '../../adapters/git/git-adapter.ts';
import { openGit } from '../../adapters/git/open-git.ts';
import type { Commit, GitPort } from '../../domain/index.ts';
import { leftOver, processesWith } from './processes.ts';
import { temporaryDirectory } from './temporary-directory.ts';

/** The git adapter over real git and a real proxy, in a directory of its own. */
export interface TestGit {
  readonly port: GitPort;
  readonly directory: string;
  /** Every commit of the mirror of `url` from `tip` on. */
  commits(url: string, tip: string | null): Promise<readonly Commit[]>;
  /** How many git processes ran since the last call. */
  processesRun(): Promise<number>;
  /** What is left of fetches that ended, once all is tended: processes of this adapter and names in its `tmp/`. */
  left(): Promise<readonly (number | string)[]>;
}

export interface TestGitOptions extends Partial<EgressOptions> {
  readonly maxBytes?: number;
  readonly minFreeBytes?: number;
  readonly maxCommits?: number;
  readonly caFile?: string;
  readonly findCredential?: FindCredential;
}

export async function startGit(
  t: ExecutionContext,
  {
    maxBytes = 2 ** 31,
    minFreeBytes,
    maxCommits,
    caFile,
    findCredential,
    ...egressOptions
  }: TestGitOptions = {},
): Promise<TestGit> {
  const directory = await temporaryDirectory(t);
  const { bin, traces } = await countingGit(directory);
  const egress = createEgress({ policy: allowAllAddresses, ...egressOptions });
  const { tools, check } = await openGit({
    directory,
    egress,
    maxBytes,
    minFreeBytes,
    ...(maxCommits !== undefined && { maxCommits }),
    caFile,
    findCredential,
    path: bin,
  });
  await check();
  const found = async () => [
    ...(await leftOver(() => processesWith(`GIT_MONITORING_SERVER=${directory}`))).map(
      ({ pid }) => pid,
    ),
    ...(await readdir(join(directory, 'tmp'))),
  ];
  t.teardown(async () => {
    // Without a wait for tending: where a test failed it may never end.
    const left = await found();
    tools.git.killAll();
    await egress.close();
    if (left.length > 0) throw new Error(`something of git is left: ${left.join(' ')}`);
  });
  const made = createGit(tools);
  // Nobody waits for it, and it begins only a while after a refresh; one after the other, so that the newest ends last.
  let tended: Promise<unknown> = Promise.resolve();
  const port: GitPort = { ...made, maintain: (url) => (tended = made.maintain(url)) };
  let counted = (await readdir(traces)).length;
  return {
    port,
    directory,
    commits: async (url, tip) => {
      const commits: Commit[] = [];
      if (tip === null) return commits;
      for await (const batch of port.log({ url, tip })) commits.push(...batch);
      return commits;
    },
    processesRun: async () => {
      const before = counted;
      counted = (await readdir(traces)).length;
      return counted - before;
    },
    left: async () => {
      await tended;
      return found();
    },
  };
}

/**
 * A search path on which `git` is the machine's own, told to leave a file for each of its processes, those it starts
 * itself included (`GIT_TRACE2_EVENT` with a directory).
 */
export async function countingGit(directory: string): Promise<{ bin: string; traces: string }> {
  const traces = join(directory, 'traces');
  const bin = join(directory, 'bin');
  await mkdir(traces);
  await mkdir(bin);
  const path = process.env['PATH'] ?? '';
  const script = join(bin, 'git');
  await writeFile(script, `#!/bin/sh\nPATH='${path}' GIT_TRACE2_EVENT='${traces}' exec git "$@"\n`);
  await chmod(script, 0o755);
  return { bin: [bin, path].join(delimiter), traces };
}
