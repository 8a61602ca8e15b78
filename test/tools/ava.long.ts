import { symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import test, { type ExecutionContext } from 'ava';
import { execa } from 'execa';
import { temporaryDirectory } from '../kit/temporary-directory.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** Runs the tool in a project of these files. */
async function run(
  t: ExecutionContext,
  files: Record<string, string>,
  timeout = '1m',
  more: readonly string[] = [],
) {
  const directory = await temporaryDirectory(t);
  await symlink(join(root, 'node_modules'), join(directory, 'node_modules'));
  const config = `
    import config from '${root}/ava.config.js';
    export default { ...config, extensions: ['js'], files: ['*.test.js'], cache: false };`;
  const every = { 'package.json': '{ "type": "module" }', 'ava.config.js': config, ...files };
  for (const [name, text] of Object.entries(every)) await writeFile(join(directory, name), text);
  const command = [join(root, 'test/tools/ava.ts'), `--timeout=${timeout}`, ...more];
  const { PATH = '' } = process.env;
  return execa(process.execPath, command, {
    cwd: directory,
    env: { PATH, TMPDIR: tmpdir() },
    extendEnv: false,
    reject: false,
  });
}

test('what passes is counted, and what a machine lacks is listed', async (t) => {
  const { exitCode, stdout } = await run(t, {
    'x.test.js': `
      import test from 'ava';
      test('one', (t) => t.pass());
      test('another', (t) => { t.log('left out: a check by a program'); t.pass(); });
      test('a third', (t) => { t.log('not run: a test of a browser'); t.pass(); });`,
  });
  t.is(exitCode, 0);
  t.is(
    stdout.replaceAll(/\d+\.\d/g, '0.1').replace(/Took \d+/, 'Took 1'),
    `Test files: 1

Slowest files:
    0.1 s  x.test.js

Left out:
  a check by a program

Not run:
  a test of a browser

Took 1 s, and 0.1 GiB of memory at most
3 passed, 0 failed`,
  );
});

test('a failed assertion is told with its place, the values and what the test logged', async (t) => {
  const { exitCode, stdout } = await run(t, {
    'x.test.js': `import test from 'ava';
      test('one is two', (t) => {
        t.log('a hint');
        t.is(1, 2);
      });
      test('another', (t) => t.pass());`,
  });
  t.is(exitCode, 1);
  t.regex(stdout, /✘ x\.test\.js › one is two\n {4}a hint\n {4}x\.test\.js:4\n/);
  t.regex(stdout, /Difference \(- actual, \+ expected\):\n\n {4}- 1\n {4}\+ 2\n/);
  t.regex(stdout, /\n1 passed, 1 failed$/);
});

test('a crash and an error that nobody awaits fail the run, and what they leave behind does not hold it up', async (t) => {
  const { exitCode, stdout } = await run(t, {
    'crash.test.js': `import test from 'ava';
      test('kills itself', () => { process.kill(process.pid, 'SIGKILL'); return new Promise(() => {}); });`,
    'rejection.test.js': `import test from 'ava';
      import { spawn } from 'node:child_process';
      test('rejects', (t) => {
        spawn('sleep', ['600'], { stdio: 'inherit' }).unref();
        void Promise.reject(new Error('out of order'));
        t.pass();
      });`,
    'throws.test.js': `import test from 'ava';
      test('throws later', () => new Promise(() => {
        setImmediate(() => { throw new Error('too late'); });
      }));`,
    'value.test.js': `import test from 'ava';
      test('throws a value', () => { throw 'a string'; });`,
    'empty.test.js': `import 'ava';`,
  });
  t.is(exitCode, 1);
  t.regex(stdout, /✘ crash\.test\.js: exited with SIGKILL\n/);
  t.regex(stdout, /✘ crash\.test\.js › kills itself\n {4}Did not end\n/);
  t.regex(
    stdout,
    /✘ rejection\.test\.js: unhandled rejection\n {4}rejection\.test\.js:5\n {4}Error: out of order\n/,
  );
  t.regex(
    stdout,
    /✘ throws\.test\.js: uncaught exception\n {4}throws\.test\.js:3\n {4}Error: too late\n/,
  );
  t.regex(stdout, /✘ throws\.test\.js › throws later\n {4}Did not end\n/);
  t.regex(stdout, /✘ value\.test\.js › throws a value\n(?: {4}.*\n|\n)*? {4}'a string'\n/);
  t.regex(stdout, /✘ empty\.test\.js: no tests\n\n/);
  t.regex(stdout, /\n1 passed, 7 failed$/);
});

test('a test that hangs is named when the time is over', async (t) => {
  const hangs = `import test from 'ava';
    test('never ends', () => new Promise(() => setInterval(() => {}, 1000)));`;
  const { exitCode, stdout } = await run(t, { 'x.test.js': hangs }, '10s');
  t.is(exitCode, 1);
  t.regex(stdout, /No test has ended for 10 s/);
  t.regex(stdout, /✘ x\.test\.js › never ends\n {4}Did not end\n/);
  t.regex(stdout, /\n0 passed, 1 failed$/);
});

test('a run without tests fails, with the reason that ava gives', async (t) => {
  const { exitCode, stdout } = await run(t, {});
  t.is(exitCode, 1);
  t.regex(stdout, /Couldn’t find any files to test\n\nTook .*\n0 passed, 1 failed$/);
});

test('what a test leaves behind fails the run, is named and ended', async (t) => {
  const { exitCode, stdout } = await run(t, {
    'x.test.js': `import test from 'ava';
      import { spawn } from 'node:child_process';
      import { writeFileSync } from 'node:fs';
      import { tmpdir } from 'node:os';
      import { join } from 'node:path';
      test('leaves a process and a file', (t) => {
        spawn('sleep', ['601'], { detached: true, stdio: 'ignore' }).unref();
        writeFileSync(join(tmpdir(), 'forgotten'), '');
        t.pass();
      });`,
  });
  t.is(exitCode, 1);
  t.regex(stdout, /✘ left behind by the tests\n {4}process \d+ sleep 601\n {4}file .*forgotten\n/);
  t.regex(stdout, /\n1 passed, 1 failed$/);
});

test('one run follows another, and both are counted together', async (t) => {
  const passing = `import test from 'ava';
    test('passes', (t) => t.pass());`;
  const { exitCode, stdout } = await run(t, { 'x.test.js': passing, 'y.test.js': passing }, '1m', [
    'x.test.js',
    '--then',
    'y.test.js',
  ]);
  t.is(exitCode, 0);
  t.regex(stdout, /\n2 passed, 0 failed$/);
});
