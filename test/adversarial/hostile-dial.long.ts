import childProcess, { type ForkOptions } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';
import { join } from 'node:path';
import test from 'ava';
import { createServer } from '../../main.ts';
import { wrongWith } from './hostile-run.ts';
import { hostileEntries } from '../kit/hostile.ts';
import { temporaryDirectory } from '../kit/temporary-directory.ts';

const entries = (await hostileEntries()).filter(({ dial }) => dial === 'never');

/** Has every process that is forked from now on import a module first. */
function importFirst(module: URL): void {
  const { fork } = childProcess;
  const first = (path: URL, args: readonly string[], options: ForkOptions) => {
    const flags = [...(options.execArgv ?? []), '--import', module.href];
    return fork(path, args, { ...options, execArgv: flags });
  };
  Reflect.set(childProcess, 'fork', first);
  syncBuiltinESMExports();
}

test('no address that is not public is ever dialled, however it is written or resolved', async (t) => {
  t.timeout(600_000);
  const file = join(await temporaryDirectory(t), 'dialled');
  const module = new URL('./record-dials.ts', import.meta.url);
  module.searchParams.set('file', file);
  importFirst(module);
  const server = await createServer({
    PATH: process.env['PATH'],
    PORT: '0',
    HOST: '0.0.0.0',
    STORE_URL: 'memory:',
    LOG_LEVEL: 'silent',
    FETCH_TIMEOUT_SECONDS: '10',
    TMPDIR: await temporaryDirectory(t),
  });
  t.teardown(() => server.stop(AbortSignal.abort()));
  const { port } = new URL(await server.start());
  const root = join(await temporaryDirectory(t), 'nothing');
  const places = { H: `127.0.0.1:${port}`, F: 'http://127.0.0.1:1', FH: '127.0.0.1:1', FP: '1' };
  const wrong: string[] = [];
  for (const entry of entries) {
    await writeFile(file, '');
    wrong.push(...(await wrongWith(t, entry, { url: `http://127.0.0.1:${port}`, root, places })));
    const dialled = (await readFile(file, 'utf8')).split('\n').slice(0, -1);
    const { dialled: wanted = [], not_dialled: forbidden = [] } = entry.expect;
    for (const address of forbidden) {
      const isDialled = address === '*' ? dialled.length > 0 : dialled.includes(address);
      if (isDialled) wrong.push(`${entry.id}: dialled ${dialled.join(' ')}`);
    }
    for (const address of wanted) {
      if (!dialled.includes(address)) wrong.push(`${entry.id}: did not dial ${address}`);
    }
  }
  t.deepEqual(wrong, []);
  t.true(entries.length > 50);
});
