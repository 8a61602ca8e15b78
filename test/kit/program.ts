import { once } from 'node:events';
import { tmpdir } from 'node:os';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { identityOf, type ProcessIdentity } from './process-identity.ts';

/** What `npm start` runs; `npm test` has it built first. The sources would take twice as long to start. */
export const built = fileURLToPath(new URL('../../dist/bundle/cli.js', import.meta.url));

/** What the program gets of this process's environment: where git is, and where temporary files go. */
const { PATH = '' } = process.env;
const inherited = { PATH, TMPDIR: tmpdir() };

export interface ProgramOptions {
  /** The whole environment but `PATH`, which is this process's unless given. */
  readonly env?: Readonly<Record<string, string>>;
  /** When it is ended whatever it does, in milliseconds. */
  readonly timeout?: number;
  /** Directory of a cgroup that it is started in. */
  readonly cgroup?: string | undefined;
}

// Latin-1 keeps every byte as a character of its own.
const common = {
  extendEnv: false,
  reject: false,
  encoding: 'latin1',
  stripFinalNewline: false,
  // A program that is told to stop takes the time it is allowed.
  forceKillAfterDelay: false,
} as const;

/** Starts `git-monitoring-server` with these arguments, as its users do, in a process of its own. */
export function program(
  args: readonly string[],
  { env = {}, timeout = 240_000, cgroup }: ProgramOptions = {},
) {
  const command = [process.execPath, built, ...args];
  const enter = ['sh', '-c', 'echo $$ > "$0/cgroup.procs" && exec "$@"'];
  const [file = '', ...rest] = cgroup === undefined ? command : [...enter, cgroup, ...command];
  return execa(file, rest, {
    ...common,
    timeout,
    env: { ...inherited, ...env },
  });
}

interface ShellOptions extends ProgramOptions {
  /** Runs it on a terminal of its own, by `script` of util-linux: what that gets is the output. */
  readonly terminal?: boolean;
}

/** Starts `git-monitoring-server` and what a shell makes of its output: `line` follows the program and its arguments. */
export function programInShell(
  args: readonly string[],
  line: string,
  { env = {}, terminal = false, timeout = 240_000 }: ShellOptions = {},
) {
  const words = [process.execPath, built, ...args].map((word) => `'${word}'`).join(' ');
  const command = `${words} ${line}`;
  const [file, ...rest] = terminal
    ? ['script', '--quiet', '--return', '--flush', '--command', command, '/dev/null']
    : ['sh', '-c', command];
  return execa(file ?? '', rest, {
    ...common,
    timeout,
    ...(terminal && { stdin: 'pipe' as const }),
    env: { ...inherited, SHELL: '/bin/sh', ...env },
  });
}

export interface RunningServer extends ProcessIdentity {
  readonly url: string;
  /** What it has logged so far, a JSON value a line. */
  log(): string;
  /** Waits until it has said something on stderr. */
  said(pattern: RegExp): Promise<void>;
  /** Waits until it has logged something. */
  logged(pattern: RegExp): Promise<void>;
  /** Sends a signal and waits for the end. */
  stop(signal?: NodeJS.Signals): Promise<{
    readonly exitCode: number | undefined;
    /** The signal that killed it, if one did. */
    readonly signal: string | undefined;
    readonly stderr: string;
  }>;
}

/** As `npm start` sets them. */
const memorySettings = {
  NODE_OPTIONS: '--max-semi-space-size=4',
  GLIBC_TUNABLES: 'glibc.malloc.arena_max=1:glibc.malloc.trim_threshold=131072',
};

/** Starts the server as `npm start` does, on a free port, and waits until it says where it listens. */
export async function startProgram(
  env: Readonly<Record<string, string>>,
  options: Pick<ProgramOptions, 'timeout' | 'cgroup'> = {},
): Promise<RunningServer> {
  const running = program(['serve'], {
    env: { PORT: '0', ...memorySettings, ...env },
    ...options,
  });
  const identity = identityOf(running.pid);
  if (identity === undefined)
    throw new Error('The server could not be started', { cause: await running });
  let log = '';
  let said = '';
  running.stdout.on('data', (chunk: Buffer) => {
    log += chunk.toString();
  });
  running.stderr.on('data', (chunk: Buffer) => {
    said += chunk.toString();
  });
  const hear = async (pattern: RegExp, from: Readable, heard: () => string) => {
    for (;;) {
      const found = pattern.exec(heard());
      if (found !== null) return found;
      await once(from, 'data', { signal: ended.signal });
    }
  };
  const hearSaid = (pattern: RegExp) => hear(pattern, running.stderr, () => said);
  const ended = new AbortController();
  void running.then(({ exitCode }) =>
    ended.abort(new Error(`ended with ${exitCode}: ${said}${log}`)),
  );
  const [, url = ''] = await hearSaid(/Listening on (\S+)\n/);
  return {
    ...identity,
    url,
    log: () => log,
    said: async (pattern) => void (await hearSaid(pattern)),
    logged: async (pattern) => void (await hear(pattern, running.stdout, () => log)),
    stop: async (signal = 'SIGTERM') => {
      running.kill(signal);
      const result = await running;
      return { exitCode: result.exitCode, signal: result.signal, stderr: said };
    },
  };
}
