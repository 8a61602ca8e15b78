/**
 * Runs ava and leaves out what passed: shows failures and skipped tests, then `N passed, N failed` as the last line.
 * Exits like ava. It reads ava's own report because the TAP one, made for counting, dies of a test that times out.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { killGroup } from '../kit/git.ts';

const failure =
  /^ {2}(\d+) (?:(?:test|hook)s? failed|unhandled rejections?|uncaught exceptions?|tests? remained)/;

/** How long no line may come, in milliseconds: longer than any test may take. */
const patience = 11 * 60_000;

// In a group of its own, by which all that is left of it is ended.
const ava = spawn('ava', process.argv.slice(2), {
  stdio: ['ignore', 'pipe', 'inherit'],
  detached: true,
});
const closed = once(ava, 'close');
const interrupt = () => ava.kill('SIGINT');
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, interrupt);
// Ava's own clock has stopped where a test that set itself a time does not come to the end of its teardowns.
const silence = setTimeout(interrupt, patience);

let passed = 0;
let failed = 0;
let afterPass = false;
let gap = '';
const notRun: string[] = [];
/** Checks by programs that need not be there, such as a Docker engine. */
const leftOut: string[] = [];
for await (const line of createInterface(ava.stdout)) {
  silence.refresh();
  const pass = line.startsWith('  ✔ ');
  if (pass) passed++;
  const [, how, what] = /^ +ℹ (not run|left out): (.*)$/.exec(line) ?? [];
  if (what !== undefined) (how === 'not run' ? notRun : leftOut).push(what);
  failed += Number(failure.exec(line)?.[1] ?? 0);
  // Logs are indented further than the test they belong to.
  afterPass = pass || (afterPass && line.startsWith('    '));
  if (line === '') gap = '\n';
  else if (!afterPass && !/^ {2}(?:─|\d+ tests? passed)$/.test(line)) {
    process.stdout.write(`${gap}${line}\n`);
    gap = '';
  }
}

await closed;
clearTimeout(silence);
// Of whoever was interrupted; none is left where all went well.
if (ava.pid !== undefined) killGroup(ava.pid);
if (ava.exitCode !== 0) {
  // A run can end badly without a failure to count: nothing matched, or ava itself broke.
  failed = Math.max(failed, 1);
  process.exitCode = 1;
}
// What a machine lacks is nobody's fault at home; in CI it hides what was never tested.
if (leftOut.length > 0) process.stdout.write(`\nLeft out:\n  ${leftOut.join('\n  ')}\n`);
if (notRun.length > 0) process.stdout.write(`\nNot run:\n  ${notRun.join('\n  ')}\n`);
if (notRun.length > 0 && process.env['CI'] === 'true') {
  failed += notRun.length;
  process.exitCode = 1;
}
process.stdout.write(`${passed} passed, ${failed} failed\n`);
