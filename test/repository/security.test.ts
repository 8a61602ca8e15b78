import { access, readFile } from 'node:fs/promises';
import test from 'ava';

test('every row of the threat model and of the bounds names tests that are there', async (t) => {
  const text = await readFile(new URL('../../SECURITY.md', import.meta.url), 'utf8');
  const lines = text.split('\n');
  const isRule = (line: string | undefined) => /^\| -+ \|/.test(line ?? '');
  // A header is what stands above a rule.
  const rows = lines.filter(
    (line, index) => line.startsWith('| ') && !isRule(line) && !isRule(lines[index + 1]),
  );
  t.true(rows.length > 100);
  for (const row of rows) {
    const files = [...row.matchAll(/`(test\/[^`]+\.ts)`/g)].map(([, file = '']) => file);
    t.true(files.length > 0, row);
    for (const file of files) {
      await t.notThrowsAsync(access(new URL(`../../${file}`, import.meta.url)), file);
    }
  }
});
