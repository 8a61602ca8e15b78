/**
 * Runs ava and reports what happens: a counter, each failure at once with its reason, the slowest files, and
 * `N passed, N failed` as the last line. `--then` in the arguments begins another run of ava, which follows the one before.
 * It fails like ava, and where something is left: a process, a file in the temporary directory, a mount. It listens to
 * the events of the run, which `ava.config.js` sends: ava's own report tells the reasons of failures only at the end, and its
 * TAP report crashes on a timeout.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createReporter } from './reporter.ts';
import { createAvaRunner } from './run-ava.ts';
import { takeLeftovers } from './leftovers.ts';
import { watchMemoryPeak } from './memory-peak.ts';

/** The most memory that all processes of a run may have at once, in bytes. */
const maxMemory = 4 * 1024 ** 3;

/** What follows each `--then`. */
function runsOf(args: readonly string[]): readonly (readonly string[])[] {
  const end = args.indexOf('--then');
  return end === -1 ? [args] : [args.slice(0, end), ...runsOf(args.slice(end + 1))];
}

const directory = await mkdtemp(join(tmpdir(), 'gitmon-run-'));
const memoryPeak = watchMemoryPeak(directory);
const begin = performance.now();
const reporter = createReporter(process.stdout);
const runAva = createAvaRunner(reporter, directory);
const wrong: string[] = [];
for (const args of runsOf(process.argv.slice(2))) {
  const { isRed, report } = await runAva(args);
  if (isRed) wrong.push(report);
}
const left = await takeLeftovers(directory);
const peak = await memoryPeak();
await rm(directory, { recursive: true, force: true, maxRetries: 5 });
if (left.length > 0) reporter.fail('left behind by the tests', left.join('\n'));
if (peak > maxMemory) reporter.fail(`the tests took ${gibibytes(peak)} GiB of memory, over 4 GiB`);
const { passed, failed, notRun } = reporter.end();

const isRed = wrong.length > 0 || failed > 0;
// A run can fail without a failed test: no file matched, or ava itself broke. Its own report says why.
if (isRed && failed === 0) process.stdout.write(`${wrong.join('\n').trim()}\n`);
// What a machine lacks is nobody's fault at home; in CI it would hide what was never tested.
const missing = process.env['CI'] === 'true' ? notRun : 0;
if (isRed || missing > 0) process.exitCode = 1;
const seconds = ((performance.now() - begin) / 1000).toFixed(0);
process.stdout.write(`\nTook ${seconds} s, and ${gibibytes(peak)} GiB of memory at most\n`);
process.stdout.write(`${passed} passed, ${Math.max(failed, isRed ? 1 : 0) + missing} failed\n`);

function gibibytes(bytes: number): string {
  return (bytes / 1024 ** 3).toFixed(1);
}
