import { readFile } from 'node:fs/promises';
import test from 'ava';
import { apiDocs } from '../../ops/api-docs.ts';

test('docs/api.md is made from the OpenAPI document as it is now', async (t) => {
  t.is(await readFile(new URL('../../docs/api.md', import.meta.url), 'utf8'), apiDocs());
});
