/**
 * Runs ava with the arguments given and reports what happens: a counter, each failure at once with its reason, and
 * `N passed, N failed` as the last line. Exits like ava. It listens to the events of the run, which `ava.config.js`
 * sends: ava's own report tells the reasons of failures only at the end, and its TAP report crashes on a timeout.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { killGroup } from '../kit/git.ts';
import { runEvent } from './run-event.ts';
import { createReporter } from './reporter.ts';

/** Longer than any test may take: ava's own timeout stops where a test with a timeout of its own hangs in a teardown. */
const silenceMs = 11 * 60_000;

/** How long ava may take to exit after the run: a process that a crashed test left behind holds its pipes open. */
const exitMs = 20_000;

const cli = fileURLToPath(new URL('../../node_modules/ava/entrypoints/cli.js', import.meta.url));

// Each file runs in a process of its own, which would compile all that it imports anew.
const NODE_COMPILE_CACHE = fileURLToPath(
  new URL('../../node_modules/.cache/node', import.meta.url),
);

// In a process group of its own, so that whatever is left of it can be killed.
const ava = spawn(process.execPath, [cli, ...process.argv.slice(2)], {
  env: { NODE_COMPILE_CACHE, ...process.env },
  stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
  serialization: 'advanced',
  detached: true,
});
const closed = once(ava, 'close');
const interrupt = () => ava.kill('SIGINT');
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, interrupt);
const kill = () => ava.pid !== undefined && killGroup(ava.pid);

const reporter = createReporter(process.stdout);
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
let ownReport = '';
ava.stdout?.on('data', (chunk: Buffer) => {
  ownReport += chunk.toString();
});

await closed;
clearTimeout(silence);
clearTimeout(lastResort);
// The workers of an interrupted run; none is left where all went well.
kill();
const { passed, failed, notRun } = reporter.end();
const isRed = ava.exitCode !== 0 || failed > 0;
// A run can fail without a failed test: no file matched, or ava itself broke. Its own report says why.
if (isRed && failed === 0) process.stdout.write(`${ownReport.trim()}\n`);
// What a machine lacks is nobody's fault at home; in CI it would hide what was never tested.
const missing = process.env['CI'] === 'true' ? notRun : 0;
if (isRed || missing > 0) process.exitCode = 1;
process.stdout.write(`${passed} passed, ${Math.max(failed, isRed ? 1 : 0) + missing} failed\n`);
