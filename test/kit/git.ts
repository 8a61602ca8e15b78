import { tmpdir } from 'node:os';
import type { Readable } from 'node:stream';
import { execa } from 'execa';
import { identityOf } from './process-identity.ts';
import { killGroup } from './signal.ts';

/**
 * The whole environment of every git that the tests start: nothing of the machine's or the user's configuration.
 * `GIT_NO_LAZY_FETCH` belongs to it because a git without it, pointed at a shallow server, starts others without end.
 */
export const gitEnvironment: Readonly<Record<string, string>> = {
  PATH: process.env['PATH'] ?? '',
  HOME: tmpdir(),
  LC_ALL: 'C',
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_NO_LAZY_FETCH: '1',
  GIT_TERMINAL_PROMPT: '0',
  GIT_AUTHOR_NAME: 'Ada Example',
  GIT_AUTHOR_EMAIL: 'ada@example.com',
  GIT_AUTHOR_DATE: '1700000000 +0000',
  GIT_COMMITTER_NAME: 'Ada Example',
  GIT_COMMITTER_EMAIL: 'ada@example.com',
  GIT_COMMITTER_DATE: '1700000000 +0000',
};

export interface GitResult {
  /** Undefined where git was killed. */
  readonly exitCode: number | undefined;
  readonly stdout: Buffer;
  readonly stderr: string;
  /** The process group that git and all it started ran in. */
  readonly group: number;
}

interface GitOptions {
  readonly input?: Uint8Array | Readable;
  readonly env?: Readonly<Record<string, string>>;
  /** Kills git and all it started. */
  readonly signal?: AbortSignal;
}

/** Runs git in a directory to its end, whatever its exit code; after a minute it is killed with all it started. */
export async function runGit(
  directory: string,
  args: readonly string[],
  { input, env, signal }: GitOptions = {},
): Promise<GitResult> {
  const subprocess = execa('git', ['-C', directory, ...args], {
    env: { ...gitEnvironment, ...env },
    extendEnv: false,
    detached: true,
    encoding: 'buffer',
    reject: false,
    stripFinalNewline: false,
    ...(input === undefined ? { stdin: 'ignore' } : { input }),
  });
  const leader = identityOf(subprocess.pid);
  if (leader === undefined)
    throw new Error('git could not be started', { cause: await subprocess });

  const ended = AbortSignal.any([AbortSignal.timeout(60_000), ...(signal ? [signal] : [])]);
  const kill = () => killGroup(leader);
  ended.addEventListener('abort', kill);
  try {
    const { exitCode, stdout, stderr } = await subprocess;
    return {
      exitCode,
      stdout: Buffer.from(stdout),
      stderr: Buffer.from(stderr).toString(),
      group: leader.pid,
    };
  } finally {
    ended.removeEventListener('abort', kill);
  }
}

/** Runs git and gives what it printed, without the last line break. Any other exit code than 0 is an error. */
export async function git(
  directory: string,
  args: readonly string[],
  options?: GitOptions,
): Promise<string> {
  const { exitCode, stdout, stderr } = await runGit(directory, args, options);
  if (exitCode !== 0) throw new Error(`git ${args.join(' ')} ended with ${exitCode}: ${stderr}`);
  return stdout.toString().replace(/\n$/, '');
}
