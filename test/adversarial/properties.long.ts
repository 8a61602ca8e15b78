/** The tests with properties once more, each property tried on 100 times as many random inputs, or more. */
import { globSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import fc from 'fast-check';
import { scaled } from '../kit/counts.ts';

const tests = join(import.meta.dirname, '..');

fc.configureGlobal({ numRuns: scaled(10_000) });

// ava wants its tests declared at once, which rules out `await import`.
const require = createRequire(import.meta.url);
for (const name of globSync('**/*.test.ts', { cwd: tests })) {
  const file = join(tests, name);
  // oxlint-disable-next-line import/no-dynamic-require -- found by what they import, so that none is forgotten
  if (readFileSync(file, 'utf8').includes(" from 'fast-check'")) require(file);
}
