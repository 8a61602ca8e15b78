import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { raceAbort } from '../../domain/concurrency/race-abort.ts';
import { makeRepository } from './empty-repository.ts';
import type { Mirrors } from './mirrors.ts';
import type { GitRunner } from './run-git.ts';

/** The oldest git whose fetches and logs were tried with this program. */
const minVersion = [2, 39] as const;

/** From this version on git heeds `GIT_NO_LAZY_FETCH`; some older ones do by their distributor's patch. */
const heedsNoLazyFetch = [2, 45] as const;

/** Looks for a program in the directories of a search path. */
export function findProgram(name: string, path: string): string | undefined {
  return path
    .split(delimiter)
    .map((directory) => join(directory, name))
    .find(isExecutable);
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

export type GitCheck =
  | { readonly usable: true; readonly version: string }
  | { readonly usable: false; readonly reason: string };

/** How long git may take for the commands it is tried by, in milliseconds; they take some hundredths of a second. */
const trialTimeoutMs = 30_000;

/**
 * Whether this machine's git can be trusted with strangers' repositories, and why not in one sentence.
 * @param timeoutMs after which git counts as one that does not answer
 */
export async function checkGit(
  git: GitRunner,
  mirrors: Mirrors,
  timeoutMs = trialTimeoutMs,
): Promise<GitCheck> {
  const late = AbortSignal.timeout(timeoutMs);
  try {
    // A git that waits for a disk does not end by being killed.
    return await raceAbort(tryGit(git, mirrors, late), late);
  } catch (error) {
    if (error !== late.reason) throw error;
    const reason = `git does not answer within ${timeoutMs / 1000} seconds; run git --version to see why.`;
    return { usable: false, reason };
  }
}

async function tryGit(git: GitRunner, mirrors: Mirrors, signal: AbortSignal): Promise<GitCheck> {
  return inTrialRepository(mirrors, async (repository) => {
    // Both at once, since every start waits for them.
    const [output, lazy] = await Promise.all([
      run(git, { cwd: repository, args: ['--version'], signal }),
      // What cannot be seen to be safe is not.
      fetchesLazily(git, repository, signal).catch(() => true),
    ]);
    const version = /(\d+)\.(\d+)[^\s]*/.exec(output.stdout);
    const numbers = [Number(version?.[1]), Number(version?.[2])] as const;
    const name = `git ${version?.[0] ?? 'of unknown version'}`;
    if (!atLeast(numbers, minVersion)) {
      return { usable: false, reason: `${name} is too old; install git 2.39 or newer.` };
    }
    if (!atLeast(numbers, heedsNoLazyFetch) && lazy) {
      return {
        usable: false,
        reason: `${name} does not heed GIT_NO_LAZY_FETCH, so a hostile repository could make it start processes without end; install git 2.45 or newer.`,
      };
    }
    return { usable: true, version: version?.[0] ?? '' };
  });
}

/** Runs `work` in an empty repository, or in a mirror, which it only reads, where the disk has no room for one. */
async function inTrialRepository(
  mirrors: Mirrors,
  work: (repository: string) => Promise<GitCheck>,
): Promise<GitCheck> {
  try {
    return await mirrors.withTempRepository(async (repository) => {
      makeRepository(repository, 'sha1');
      return work(repository);
    });
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOSPC')) throw error;
    const mirror = await mirrors.any();
    if (mirror !== undefined) return work(mirror);
    const reason = 'the disk of DATA_DIR has no room to try git in; make some.';
    return { usable: false, reason };
  }
}

function atLeast(version: readonly [number, number], wanted: readonly [number, number]): boolean {
  return version[0] > wanted[0] || (version[0] === wanted[0] && version[1] >= wanted[1]);
}

/** Asks a repository whose remote promises everything for an object it lacks, and sees whether git turns to the remote. */
async function fetchesLazily(
  git: GitRunner,
  repository: string,
  signal: AbortSignal,
): Promise<boolean> {
  const { lines, commands } = await run(git, {
    cwd: repository,
    args: [
      '-c',
      'remote.origin.promisor=true',
      '-c',
      'remote.origin.url=http://127.0.0.1:9/',
      'cat-file',
      '-e',
      '1'.repeat(40),
    ],
    signal,
  });
  return lines === 0 || commands > 0;
}

async function run(
  git: GitRunner,
  command: Pick<Parameters<GitRunner['start']>[0], 'cwd' | 'args' | 'signal'>,
): Promise<{ stdout: string; lines: number; commands: number }> {
  let lines = 0;
  let commands = 0;
  const running = git.start({
    ...command,
    onTrace: (line) => {
      lines++;
      if (/ run_command: /.test(line)) commands++;
    },
  });
  const [stdout] = await Promise.all([text(running.stdout), running.end]);
  return { stdout, lines, commands };
}
