import { access, readFile } from 'node:fs/promises';
import test from 'ava';

test('every row of the threat model names tests that are there', async (t) => {
  const text = await readFile(new URL('../SECURITY.md', import.meta.url), 'utf8');
  const rows = text
    .split('\n')
    .filter((line) => line.startsWith('| '))
    .slice(2);
  t.true(rows.length > 10);
  for (const row of rows) {
    const files = [...row.matchAll(/`(test\/[^`]+\.ts)`/g)].map(([, file = '']) => file);
    t.true(files.length > 0, row);
    for (const file of files) {
      await t.notThrowsAsync(access(new URL(`../${file}`, import.meta.url)), file);
    }
  }
});
