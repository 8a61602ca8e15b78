import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';

interface ProcessOptions {
  /** The whole environment. */
  readonly env: Readonly<Record<string, string>>;
  /** Ends the process. */
  readonly signal: AbortSignal;
}

/** How long a run may take, in milliseconds. */
const longest = 300_000;

/** How long a server may take until it listens, in milliseconds. */
const longestStart = 30_000;

/** Between asking a process to end and killing it, in milliseconds: the server may drain for ten seconds. */
const grace = 12_000;

/** Runs a program to its end, what it prints thrown away; gives the seconds that took. */
export async function secondsOf(
  file: string,
  args: readonly string[],
  options: ProcessOptions,
): Promise<number> {
  const begin = performance.now();
  await launch(file, args, options).ended;
  return (performance.now() - begin) / 1000;
}

/** Runs a program likewise; gives the most memory that it had resident, as {@link peakMemory} does. */
export async function peakMemoryOf(
  file: string,
  args: readonly string[],
  options: ProcessOptions,
): Promise<number | undefined> {
  const { pid, ended } = launch(file, args, options);
  let peak: number | undefined;
  const look = async () => {
    peak = (await peakMemory(pid)) ?? peak;
  };
  const watch = setInterval(() => void look(), 10);
  try {
    await ended;
  } finally {
    clearInterval(watch);
  }
  return peak;
}

/**
 * The most memory a process has had resident, in megabytes, and what processes that it has started have of their own now;
 * undefined where there is no procfs, or no such process.
 */
export async function peakMemory(pid: number): Promise<number | undefined> {
  return withStarted(pid, 'VmHWM');
}

/** What a process has resident now, likewise. */
export async function residentMemory(pid: number): Promise<number | undefined> {
  return withStarted(pid, 'VmRSS');
}

async function withStarted(pid: number, figure: 'VmHWM' | 'VmRSS'): Promise<number | undefined> {
  const own = await statusOf(pid, figure);
  const path = `/proc/${pid}/task/${pid}/children`;
  const started = (await readFile(path, 'utf8').catch(() => '')).split(' ').filter(Boolean);
  const beside = await Promise.all(started.map((each) => statusOf(Number(each), 'RssAnon')));
  return own && beside.reduce((sum: number, each = 0) => sum + each, own);
}

/** The processor time a process has taken, all its threads, in seconds; undefined likewise. */
export async function processorTime(pid: number): Promise<number | undefined> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  // What follows the name of the program: state is the first, utime the 12th and stime the 13th, in hundredths.
  const [, ticks] = /\) (?:\S+ ){11}(\d+ \d+) /.exec(stat) ?? [];
  return ticks?.split(' ').reduce((sum, tick) => sum + Number(tick) / 100, 0);
}

async function statusOf(
  pid: number,
  figure: 'VmHWM' | 'VmRSS' | 'RssAnon',
): Promise<number | undefined> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  const kibibytes = new RegExp(`^${figure}:\\s+(\\d+) kB$`, 'm').exec(status)?.[1];
  return kibibytes === undefined ? undefined : (Number(kibibytes) * 1024) / 1e6;
}

export interface RunningServer {
  readonly url: string;
  readonly pid: number;
  readonly stop: () => Promise<void>;
}

/** Starts a program that says `Listening on URL` on stderr, and waits until it does. What it prints goes to `stdout`. */
export async function startServer(
  file: string,
  args: readonly string[],
  { env, signal, stdout = 'ignore' }: ProcessOptions & { readonly stdout?: number | 'ignore' },
): Promise<RunningServer> {
  signal.throwIfAborted();
  const child = spawn(file, args, { env, stdio: ['ignore', stdout, 'pipe'] });
  const tooLong = setTimeout(() => child.kill('SIGKILL'), longestStart);
  const said: string[] = [];
  const { stderr } = child;
  if (stderr === null) throw new Error(`${file} was started without a pipe`);
  for await (const line of createInterface(stderr)) {
    const url = /^Listening on (\S+)$/.exec(line)?.[1];
    if (url !== undefined && child.pid !== undefined) {
      clearTimeout(tooLong);
      stderr.resume();
      return { url, pid: child.pid, stop: () => end(child) };
    }
    said.push(line);
  }
  clearTimeout(tooLong);
  throw new Error(`${file} ${args.join(' ')} did not start: ${said.join('\n')}`);
}

function launch(file: string, args: readonly string[], { env, signal }: ProcessOptions) {
  const bound = AbortSignal.any([signal, AbortSignal.timeout(longest)]);
  bound.throwIfAborted();
  const child = spawn(file, args, { env, stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said += text;
  });
  const stop = () => void end(child);
  bound.addEventListener('abort', stop, { once: true });
  const ended = async () => {
    await once(child, 'exit');
    bound.removeEventListener('abort', stop);
    bound.throwIfAborted();
    if (child.exitCode !== 0) throw new Error(`${file} ended with ${child.exitCode}: ${said}`);
  };
  return { pid: child.pid ?? 0, ended: ended() };
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.kill('SIGTERM');
  const tooLong = setTimeout(() => child.kill('SIGKILL'), grace);
  await exited;
  clearTimeout(tooLong);
}
