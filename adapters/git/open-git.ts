import { join } from 'node:path';
import type { Egress } from '../egress/proxy.ts';
import { checkGit, findProgram } from './check-git.ts';
import type { FindCredential } from './credential.ts';
import type { FetchTools } from './fetch.ts';
import { openMirrors } from './mirrors.ts';
import { createGitRunner } from './run-git.ts';

export interface GitOptions {
  /** Absolute path of the directory in which `mirrors/` and `tmp/` are. */
  readonly directory: string;
  /** Where git and prlimit are looked for, as in `PATH`. */
  readonly path: string;
  readonly egress: Egress;
  /** Bytes a remote may send in one fetch. */
  readonly maxBytes: number;
  /** Bytes of the disk that a fetch leaves free; none when absent. */
  readonly minFreeBytes?: number | undefined;
  /** Commits a history may have; any number when absent. */
  readonly maxCommits?: number;
  /** How long a fetch that nobody has asked for may take, in seconds; no limit of its own when absent. */
  readonly timeoutSeconds?: number | undefined;
  /** PEM file of authorities to trust beside the system's. */
  readonly caFile?: string | undefined;
  readonly findCredential?: FindCredential | undefined;
}

export interface OpenGit {
  readonly tools: FetchTools;
  /**
   * Finds out whether git can be trusted with strangers' repositories, by running it.
   * @returns its version
   * @throws UnusableGit
   */
  check(): Promise<string>;
  /** Which limits do not hold on this machine, in one sentence. */
  readonly warning: string | undefined;
}

/** This machine's git cannot be used; the message says in one sentence why and what to do. */
export class UnusableGit extends Error {
  override readonly name = 'UnusableGit';
}

/**
 * Finds git on this machine and prepares to run it.
 * @throws UnusableGit where there is none, DirectoryInUse
 */
export async function openGit(options: GitOptions): Promise<OpenGit> {
  const { directory, path, egress, maxBytes, minFreeBytes, maxCommits, findCredential } = options;
  if (findProgram('git', path) === undefined) {
    throw new UnusableGit('git was not found; install git 2.39 or newer.');
  }
  const prlimit = findProgram('prlimit', path) !== undefined;
  const git = createGitRunner({ processTag: directory, path, prlimit, maxFileBytes: maxBytes });
  const mirrors = openMirrors(directory);
  const caBundle = join(directory, 'ca.pem');
  if (options.caFile !== undefined) {
    const { writeCaBundle } = await import('./ca-bundle.ts');
    await writeCaBundle(options.caFile, caBundle);
  }
  return {
    tools: {
      git,
      mirrors,
      egress,
      maxBytes,
      minFreeBytes,
      maxCommits,
      timeoutSeconds: options.timeoutSeconds,
      findCredential,
      ...(options.caFile !== undefined && { caFile: caBundle }),
    },
    check: async () => {
      const found = await checkGit(git, mirrors);
      if (!found.usable) throw new UnusableGit(found.reason);
      return found.version;
    },
    warning: prlimit
      ? undefined
      : 'prlimit was not found, so the limits on memory and file size of git do not hold.',
  };
}
