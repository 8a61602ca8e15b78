import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { identityOf } from '../kit/process-identity.ts';
import { killGroup } from '../kit/signal.ts';
import type { createReporter } from './reporter.ts';
import { runEvent } from './run-event.ts';

/** Longer than any test may take: ava's own timeout stops where a test with a timeout of its own hangs in a teardown. */
const silenceMs = 11 * 60_000;

/** How long ava may take to exit after the run: a process that a crashed test left behind holds its pipes open. */
const exitMs = 20_000;

const cli = fileURLToPath(new URL('../../node_modules/ava/entrypoints/cli.js', import.meta.url));

// Each file runs in a process of its own, which would compile all that it imports anew.
const NODE_COMPILE_CACHE = fileURLToPath(
  new URL('../../node_modules/.cache/node', import.meta.url),
);

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** Whether ava failed or was interrupted, and what it printed itself. */
interface AvaEnd {
  readonly isRed: boolean;
  readonly report: string;
}

/**
 * Makes the function that runs ava once with some arguments and reports its events.
 * @param directory the temporary directory of the tests
 */
export function createAvaRunner(
  reporter: ReturnType<typeof createReporter>,
  directory: string,
): (args: readonly string[]) => Promise<AvaEnd> {
  let isInterrupted = false;
  return async (args) => {
    if (isInterrupted) return { isRed: true, report: '' };
    // In a process group of its own, so that whatever is left of it can be killed.
    const ava = spawn(process.execPath, [cli, ...args], {
      env: { NODE_COMPILE_CACHE, ...process.env, TMPDIR: directory },
      stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
      serialization: 'advanced',
      detached: true,
    });
    const leader = identityOf(ava.pid);
    const closed = once(ava, 'close');
    const interrupt = () => {
      isInterrupted = true;
      ava.kill('SIGINT');
    };
    for (const signal of signals) process.on(signal, interrupt);
    const kill = () => leader !== undefined && killGroup(leader);

    const silence = setTimeout(() => {
      reporter.print('Nothing has happened for 11 minutes: the run is ended');
      interrupt();
      lastResort = setTimeout(kill, exitMs);
    }, silenceMs);
    let lastResort: NodeJS.Timeout | undefined;
    ava.on('message', (message) => {
      silence.refresh();
      const { success, data: event } = runEvent.safeParse(message);
      if (!success) return;
      reporter.report(event);
      if (event.type === 'end') lastResort = setTimeout(kill, exitMs);
    });
    let report = '';
    ava.stdout?.on('data', (chunk: Buffer) => {
      report += chunk.toString();
    });

    await closed;
    clearTimeout(silence);
    clearTimeout(lastResort);
    for (const signal of signals) process.off(signal, interrupt);
    // The workers of an interrupted run; none is left where all went well.
    kill();
    return { isRed: ava.exitCode !== 0, report };
  };
}
