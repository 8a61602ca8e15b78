import { setFlagsFromString } from 'node:v8';
import { Worker } from 'node:worker_threads';
import { createNotices } from '../log/output-lines.ts';
import { StopError } from '../process/stop-error.ts';
import { explain } from './explain.ts';
import { ownerOnly, untilSignal } from './signals.ts';

/** What `serve` does with a server. */
interface StoppableServer {
  start(): Promise<string>;
  stop(force?: AbortSignal): Promise<void>;
  crash(reason: unknown): void;
}

type Environment = Readonly<Record<string, string | undefined>>;

type LoadServer = () => Promise<{ createServer(env: Environment): Promise<StoppableServer> }>;

/**
 * By how much the heap may grow before it is cleared up, in percent. On a machine with much memory V8 would let it become
 * four times what is in use. Here, so that it holds however the server is started.
 */
const heapGrowth = 40;

/** When the process is killed after it was told to stop, and told again, whatever hangs; in milliseconds. */
const maxStopMs = 9600;
const maxForcedStopMs = 5500;

/**
 * Serves until a signal ends it. Where something hangs then, the process kills itself by SIGKILL, which shells count as 137.
 * @param loadServer imports the composition root, which `log` never needs
 * @returns the exit code: 0, 1 where it could not start, 2 for settings that cannot be used
 */
export async function serve(env: Environment, loadServer: LoadServer): Promise<number> {
  process.umask(ownerOnly);
  const { stopped, forced } = untilSignal();
  // By default the first opens a debugger to every user of the machine, and the second ends the process at once.
  for (const signal of ['SIGUSR1', 'SIGUSR2'] as const) process.on(signal, () => {});
  const notice = createNotices();
  stopped.addEventListener('abort', () => killAfter(maxStopMs), { once: true });
  forced.addEventListener('abort', () => killAfter(maxForcedStopMs), { once: true });
  setFlagsFromString(`--heap-growing-percent=${heapGrowth}`);
  try {
    const { createServer } = await loadServer();
    const server = await createServer(env);
    process.once('uncaughtException', (error) => {
      server.crash(error);
      process.exit(1);
    });
    let waiting: NodeJS.Timeout | undefined;
    try {
      const url = await server.start();
      notice(
        `Listening on ${url}\nTry: curl -X POST ${url}/add/apollo -d https://github.com/chrislgarry/Apollo-11.git`,
      );
      await ended(stopped);
      waiting = setTimeout(() => {
        notice('Waiting for running requests, 8 seconds at most; once more to end them now.');
      }, 500);
    } finally {
      await server.stop(forced);
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

/**
 * Kills this process unless it has ended by then. From a thread of its own, since the first one may hang; as a thread of this
 * process it ends with it, and so its number cannot be another's by then.
 */
function killAfter(milliseconds: number): void {
  // A thread may be long in starting.
  const rest = `${Date.now() + milliseconds} - Date.now()`;
  const code = `setTimeout(() => process.kill(process.pid, 'SIGKILL'), ${rest})`;
  new Worker(code, { eval: true, execArgv: [] }).unref();
}

async function ended(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  const { promise, resolve } = Promise.withResolvers<void>();
  signal.addEventListener('abort', () => resolve(), { once: true });
  await promise;
}
