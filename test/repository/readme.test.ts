import { readFile } from 'node:fs/promises';
import test from 'ava';
import { settings } from '../../adapters/config/variables.ts';

const readme = await readFile(new URL('../../README.md', import.meta.url), 'utf8');

test("the README's table of variables is that of adapters/config/config.ts", (t) => {
  const section = readme.slice(
    readme.indexOf('## Configuration'),
    readme.indexOf('## As a library'),
  );
  const rows = [...section.matchAll(/^\| `(\w+)` +\| (.*?) +\| (.*?) +\|$/gm)];
  t.deepEqual(
    rows.map(([, ...cells]) => cells.map((cell) => cell.replaceAll('`', ''))),
    Object.entries(settings).map(([name, variable]) => [name, variable.doc, variable.default]),
  );
});

test('the two commands that do everything stand at the top of the README', (t) => {
  const [, block] = /```sh\n(.*?)```/s.exec(readme) ?? [];
  t.deepEqual(
    block
      ?.trim()
      .split('\n')
      .map((line) => line.replace(/ *#.*/, '')),
    ['npm ci && npm start', 'npm ci && npm test'],
  );
});
