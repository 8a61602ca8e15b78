// Prints what this program costs against what cannot be saved: `npm run bench` on invented repositories,
// `npm run bench -- --repos DIR` fetching the bare ones of a directory. Linux tells most.
// `--only NAME,NAME` measures some: repositories of the directory, or waves of those in waves.ts.
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { gitEnvironment } from '../kit/git.ts';
import { startServer } from './processes.ts';
import { load, report, type Row } from './table.ts';
import { fetchingWaves, inventedWaves } from './waves.ts';

const { repos, only } = parseArgs({
  options: { repos: { type: 'string' }, only: { type: 'string' } },
}).values;
const names = only?.split(',') ?? [];
const stopping = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => stopping.abort(new Error(`stopped by ${signal}`)));
}
const { signal } = stopping;

const loadBefore = load();
const directory = await mkdtemp(join(tmpdir(), 'gitmon-bench-'));
const place = { directory, served: join(directory, 'served'), signal };
await mkdir(place.served);
try {
  const waves = repos === undefined ? inventedWaves(names) : await fetchingWaves(repos, names);
  const program = fileURLToPath(new URL('./remote.ts', import.meta.url));
  const options = { env: gitEnvironment, signal };
  const remote = await startServer(process.execPath, [program, place.served], options);
  try {
    const rows: Row[] = [];
    for (const { name, commits, measure } of waves) {
      signal.throwIfAborted();
      console.error(`Measuring ${name} …`);
      const measured = await measure({ ...place, remote: remote.url });
      rows.push(...measured.map((row) => [name, commits.toLocaleString('en'), ...row]));
    }
    console.log(report(rows, loadBefore));
  } finally {
    await remote.stop();
  }
} catch (error) {
  if (!signal.aborted) throw error;
  console.error(String(signal.reason));
  process.exitCode = 1;
} finally {
  await rm(directory, { recursive: true, force: true, maxRetries: 5 });
}
