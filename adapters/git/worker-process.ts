import { fork } from 'node:child_process';
import { startHeartbeat } from '../process/heartbeat.ts';
import type { RpcResponse } from '../rpc/messages.ts';
import type { WorkerRequest, WorkerResponse } from './git-worker-api.ts';

interface WorkerProcessOptions {
  readonly module: URL;
  readonly env: Readonly<Record<string, string>>;
  /** Gets what the worker sends, but for its answers to a ping. */
  onResponse(response: RpcResponse<never>): void;
  /** Is told once that it has ended, or was killed since it hangs, and why; it gets no call any more. */
  onEnd(reason: string): void;
  /** Is told what it writes on stderr. */
  onStderr(text: string): void;
}

/** One process that runs git. */
export interface WorkerProcess {
  /** What cannot be sent is lost: the worker has ended then, and `onEnd` says so. */
  send(request: WorkerRequest): void;
  /** Whether it has answered at all, and within the last few seconds. */
  isUp(): boolean;
  /** Has it end by itself. */
  disconnect(): void;
  /** Kills it. Its end may be long in coming: what waits for a disk cannot be killed. */
  kill(): void;
  /** Resolves when the system says that it has ended. */
  readonly exited: Promise<void>;
}

/**
 * For little memory: 35 MB of its own in place of 50, at 10 refreshes a second. Histories pass through it in small batches;
 * with what is buffered of a push of 20,000 commits it needs 48 MB of heap, with the most that is buffered of all at once
 * 150. Beyond the maximum V8 ends it, and the next one is started.
 */
const flags = [
  '--max-old-space-size=192',
  '--single-threaded',
  '--max-semi-space-size=1',
  '--optimize-for-size',
  '--heap-growing-percent=20',
];

/** How much of what it writes on stderr at once is passed on, in characters. */
const maxTextLength = 4096;

export function startWorkerProcess(options: WorkerProcessOptions): WorkerProcess {
  const child = fork(options.module, [], {
    env: options.env,
    execArgv: flags,
    // It ends with this process, and not by what a terminal tells all that it has started.
    detached: true,
    // A stderr of its own: with a shared one, of which nobody reads, one process has the other wait in write(2) for ever.
    // The last is where it says why it has killed this process, and nothing else.
    stdio: ['ignore', 'ignore', 'pipe', 'ipc', 2],
  });
  const { promise: exited, resolve: exit } = Promise.withResolvers<void>();
  let isOver = false;
  const end = (reason: string) => {
    if (isOver) return;
    isOver = true;
    heartbeat.stop();
    options.onEnd(reason);
  };
  const send = (request: WorkerRequest) => {
    if (child.connected) child.send(request, () => {});
  };
  const kill = () => {
    child.kill('SIGKILL');
    // Where it waits for a disk it cannot end, and this process still can.
    child.unref();
    child.stderr?.destroy();
    if (child.connected) child.disconnect();
  };
  const heartbeat = startHeartbeat({
    pid: child.pid,
    maxSilenceMs: 10_000,
    ping: () => send({ ping: true }),
    hung: () => {
      kill();
      end('it gave no sign for 10 seconds, and was killed');
    },
  });
  child.on('message', (response: WorkerResponse<never>) => {
    heartbeat.alive();
    if (!('pong' in response)) options.onResponse(response);
  });
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    options.onStderr(text.slice(0, maxTextLength));
  });
  child.on('error', (error) => {
    end(String(error));
    // One that could not be started has no end.
    if (child.pid === undefined) exit();
  });
  child.once('exit', (code, signal) => {
    end(String(signal ?? code));
    exit();
  });
  return {
    send,
    isUp: () => !isOver && heartbeat.isUp(),
    disconnect: () => {
      if (child.connected) child.disconnect();
    },
    kill: () => {
      kill();
      end('killed');
    },
    exited,
  };
}
