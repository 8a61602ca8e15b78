import { constants } from 'node:os';
import { Worker } from 'node:worker_threads';
import { setFlagsFromString } from 'node:v8';
import { openGit, UnusableGit } from '../git/open-git.ts';
import { printHistory } from '../git/print-history.ts';
import { startWatchdog } from '../process/watchdog.ts';
import { createProgressLine } from './progress-line.ts';
import { DomainError } from '../../domain/errors.ts';
import { parseRepositoryUrl } from '../../domain/project.ts';
import { openPasswords, openWayOut, readLogConfig } from './log-config.ts';
import { ConfigError } from '../config/variables.ts';
import { createNotices } from '../log/output-lines.ts';
import { StartError } from '../process/start-error.ts';
import { StopError } from '../process/stop-error.ts';
import { makeTemporaryDirectory, removeDirectory } from '../disk/temporary-directory.ts';

/**
 * By how much the heap may grow before it is cleared up, in percent. On a machine with much memory V8 would let it become
 * four times what is in use. Here, so that it holds however the server is started.
 */
const heapGrowth = 40;

/** When the process is killed after it was told to stop, and told again, whatever hangs; in milliseconds. */
const longestStop = 9600;
const longestHurry = 5500;
/** What other users of the machine may not do with a file that this process or its git makes: anything. */
const ownerOnly = 0o077;

/**
 * Serves until a signal ends it. Where something hangs then, the process kills itself by SIGKILL, which shells count as 137.
 * @returns the exit code: 0, 1 where it could not start, 2 for settings that cannot be used
 */
export async function serve(): Promise<number> {
  process.umask(ownerOnly);
  const { stopped, hurried } = untilSignal();
  const notice = createNotices();
  stopped.addEventListener('abort', () => killAfter(longestStop), { once: true });
  hurried.addEventListener('abort', () => killAfter(longestHurry), { once: true });
  setFlagsFromString(`--heap-growing-percent=${heapGrowth}`);
  try {
    // Loaded here, since `log` is done in less time than all of the server takes to load.
    const { createServer } = await import('../../main.ts');
    const server = await createServer(process.env);
    process.once('uncaughtException', (error) => {
      server.abandon(error);
      process.exit(1);
    });
    let waiting: NodeJS.Timeout | undefined;
    try {
      const url = await server.start();
      startWatchdog();
      notice(
        `Listening on ${url}\nTry: curl -X POST ${url}/add/apollo -d https://github.com/chrislgarry/Apollo-11.git`,
      );
      await ended(stopped);
      waiting = setTimeout(() => {
        notice('Waiting for running requests, 8 seconds at most; once more to end them now.');
      }, 500);
    } finally {
      await server.stop(hurried);
      clearTimeout(waiting);
    }
    return 0;
  } catch (error) {
    if (error instanceof StopError) {
      notice(`error: ${error.message} It is killed.`);
      // `process.exit` waits for every thread, and one of them may hang.
      process.kill(process.pid, 'SIGKILL');
    }
    return explain(error);
  }
}

/** Kills this process unless it has ended by then. From a thread of its own, since the first one may hang. */
function killAfter(milliseconds: number): void {
  // A thread may be long in starting.
  const rest = `${Date.now() + milliseconds} - Date.now()`;
  const code = `setTimeout(() => process.kill(process.pid, 'SIGKILL'), ${rest})`;
  new Worker(code, { eval: true, execArgv: [] }).unref();
}

/**
 * Prints the history of a repository on stdout, newest commit first, and what went wrong on stderr.
 * @returns the exit code: 0, 1 for a failed fetch, 2 for a url or setting that cannot be used, 128 and more for a signal
 */
export async function log(url: string): Promise<number> {
  process.umask(ownerOnly);
  const { stopped } = untilSignal();
  const progress = process.stderr.isTTY ? createProgressLine(process.stderr) : undefined;
  let directory: string | undefined;
  try {
    const repository = parseRepositoryUrl(url);
    const config = await readLogConfig(process.env);
    directory = makeTemporaryDirectory();
    const { tools, warning, check } = await openGit({
      directory,
      egress: await openWayOut(repository, config),
      path: process.env['PATH'] ?? '',
      maxBytes: config.FETCH_MAX_BYTES,
      caFile: config.CA_FILE,
      findCredential: await openPasswords(config),
    });
    process.once('exit', tools.git.killAll);
    if (warning !== undefined) console.error(`warning: ${warning}`);
    await printHistory(tools, {
      url: repository,
      output: process.stdout,
      timeoutSeconds: config.FETCH_TIMEOUT_SECONDS,
      signal: stopped,
      check,
      ...(progress && { onProgress: progress.show }),
    });
    return 0;
  } catch (error) {
    progress?.clear();
    if (stopped.reason instanceof Signalled) return stopped.reason.exitCode;
    // Whoever read our output has seen enough, as `head` does.
    if (isSystemError(error) && error.code === 'EPIPE') return 0;
    return explain(error);
  } finally {
    progress?.clear();
    if (directory !== undefined) removeDirectory(directory);
  }
}

/** The program was told to stop. */
class Signalled extends Error {
  /** As shells count it: 128 and the signal's number. */
  readonly exitCode: number;

  constructor(signal: 'SIGHUP' | 'SIGINT' | 'SIGTERM') {
    super(`stopped by ${signal}`);
    this.exitCode = 128 + constants.signals[signal];
  }
}

/** A signal that comes again sooner, in milliseconds, is the same one: npm passes on what the terminal has sent already. */
const sameSignal = 1000;

/** `stopped` aborts, with {@link Signalled}, when the program is told to stop, and `hurried` when it is told again. */
function untilSignal(): { readonly stopped: AbortSignal; readonly hurried: AbortSignal } {
  const stop = new AbortController();
  const hurry = new AbortController();
  let first = Infinity;
  for (const signal of ['SIGHUP', 'SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      if (performance.now() - first > sameSignal) hurry.abort();
      first = Math.min(first, performance.now());
      stop.abort(new Signalled(signal));
    });
  }
  return { stopped: stop.signal, hurried: hurry.signal };
}

async function ended(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  const { promise, resolve } = Promise.withResolvers<void>();
  signal.addEventListener('abort', () => resolve(), { once: true });
  await promise;
}

/** Says on stderr what went wrong and what to do, and gives the exit code for it. */
function explain(error: unknown): number {
  if (error instanceof ConfigError) {
    console.error(error.message);
    return 2;
  }
  if (error instanceof DomainError && error.code === 'bad_url') {
    console.error(`error: ${error.message}\nUsage: git-monitoring-server log <url>`);
    return 2;
  }
  if (isSystemError(error) && error.code === 'EADDRINUSE') {
    console.error('error: That port is taken; set PORT to another one, or to 0 for a free one.');
    return 1;
  }
  if (
    error instanceof DomainError ||
    error instanceof UnusableGit ||
    error instanceof StartError ||
    isSystemError(error)
  ) {
    console.error(`error: ${error.message}`);
    return 1;
  }
  throw error;
}

/** Whether the system refused something; its message then says what and why. */
function isSystemError(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && 'syscall' in error && 'code' in error;
}
