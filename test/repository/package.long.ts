import { access, mkdtemp, readFile, readdir, rm } from 'node:fs/promises';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import test from 'ava';
import { execa } from 'execa';
import { z } from 'zod';
import { installPackage, type InstalledPackage } from './installed-package.ts';

const root = join(import.meta.dirname, '../..');

let directory: string;
let installed: InstalledPackage;

test.before(async () => {
  directory = await mkdtemp(join(tmpdir(), 'gitmon-test-'));
  installed = await installPackage(directory);
});

test.after.always(() => rm(directory, { recursive: true, force: true }));

test('packing leaves the manifest as it was, byte for byte', async (t) => {
  const [packed, original] = await Promise.all(
    [installed.tree, root].map((folder) => readFile(join(folder, 'package.json'), 'utf8')),
  );
  t.is(packed, original);
  await t.throwsAsync(access(join(installed.tree, 'package.json.orig')), { code: 'ENOENT' });
});

test('the package brings compiled code with declarations, what it reads, and no node', async (t) => {
  const home = join(installed.consumer, 'node_modules/git-monitoring-server');
  const { optionalDependencies } = await readManifest(home);
  t.is(optionalDependencies, undefined);
  const files = await readdir(home, { recursive: true });
  t.deepEqual(
    files.filter((path) => /^(test|ops|node_modules)\b/.test(path) || /(?<!\.d)\.ts$/.test(path)),
    [],
  );
  const source = await readdir(join(root, 'views'), { recursive: true, withFileTypes: true });
  for (const { name, parentPath } of source.filter((entry) => entry.isFile())) {
    if (name.endsWith('.ts') || name === 'tsconfig.json') continue;
    t.true(files.includes(join(parentPath.slice(root.length + 1), name)), name);
  }
  t.true(files.includes('dist/static/js/views/browser/site.js'));
  t.true(files.includes('LICENSE') && files.includes('README.md'));
});

test('a program of its own ports compiles against the domain and runs on plain node', async (t) => {
  await compile('consumer.ts', '--types', '');
  const older = await olderNodes();
  if (older.length === 0) t.log('not run: the domain on node 20, which is not on this machine');
  for (const node of [process.execPath, ...older]) {
    const { stdout } = await execa(node, ['consumer.js'], { cwd: installed.consumer });
    t.like(JSON.parse(stdout), {
      added: {
        name: 'mine',
        url: 'https://example.org/mine.git',
        tip: '1234567890'.repeat(4),
        defaultBranch: 'main',
        commits: 1,
        state: 'up',
      },
      refused: 'bad_url',
      messages: ['Begin'],
    });
  }
});

test('every part of the package can be imported, with its types, and starts nothing', async (t) => {
  await compile(
    'every-export.ts',
    '--types',
    'node',
    '--typeRoots',
    join(root, 'node_modules/@types'),
  );
  const { stdout, stderr } = await execa(process.execPath, ['every-export.js'], {
    cwd: installed.consumer,
    timeout: 120_000,
  });
  t.deepEqual([stdout, stderr], ['', '']);
});

test('the installed command serves its pages and their files', async (t) => {
  const server = command('serve');
  t.teardown(() => server.kill('SIGKILL'));
  const lines: unknown[] = await once(createInterface(server.stderr), 'line');
  const url = /^Listening on (\S+)$/.exec(String(lines[0]))?.[1] ?? '';
  const page = await fetch(url);
  t.is(page.status, 200);
  const styles = [...(await page.text()).matchAll(/href="(\/static\/[^"]+)"/g)];
  t.true(styles.length > 0);
  for (const [, path] of styles) t.is((await fetch(new URL(path ?? '', url))).status, 200, path);
  server.kill();
  t.is((await server).exitCode, 0);
});

test('the installed command tells its version', async (t) => {
  t.is((await command('--version')).stdout, (await readManifest(root)).version);
});

function command(argument: string) {
  return execa(join(installed.consumer, 'node_modules/.bin/git-monitoring-server'), [argument], {
    env: {
      PATH: `${dirname(process.execPath)}${delimiter}${process.env['PATH']}`,
      PORT: '0',
      STORE_URL: 'memory:',
      TMPDIR: directory,
    },
    timeout: 120_000,
  });
}

async function compile(program: string, ...types: string[]): Promise<void> {
  const strict = ['--strict', '--exactOptionalPropertyTypes', '--skipLibCheck', 'false'];
  const target = ['--module', 'nodenext', '--target', 'es2022'];
  await execa('tsc', [...strict, ...target, ...types, program], {
    cwd: installed.consumer,
    preferLocal: true,
    localDir: root,
  });
}

const manifestSchema = z.looseObject({
  version: z.string(),
  optionalDependencies: z.record(z.string(), z.string()).optional(),
});

async function readManifest(folder: string) {
  return manifestSchema.parse(JSON.parse(await readFile(join(folder, 'package.json'), 'utf8')));
}

/** Every node on the PATH that the whole product is too new for and the domain is not: 20 and 22. */
async function olderNodes(): Promise<string[]> {
  const candidates = (process.env['PATH'] ?? '').split(delimiter).map((path) => join(path, 'node'));
  const versions = await Promise.all(
    candidates.map(async (node) => {
      const { stdout } = await execa(node, ['--version'], { reject: false });
      return /^v2[02]\./.test(stdout ?? '') ? [node] : [];
    }),
  );
  return versions.flat();
}
