import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { generated } from '../../ops/generated.ts';

const ops = join(import.meta.dirname, '../../ops');

test('what is generated is checked in as the code makes it: `npm run generate` changes nothing', async (t) => {
  for (const [path, text] of generated()) {
    t.true((await readFile(join(ops, path), 'utf8')) === text, path);
  }
});

test('nothing else lies among the generated files', async (t) => {
  const paths = [...generated().keys()];
  for (const folder of new Set(paths.map((path) => join(path, '..')))) {
    const names = await readdir(join(ops, folder));
    t.deepEqual(
      names.filter((name) => !paths.includes(join(folder, name))),
      [],
    );
  }
});
