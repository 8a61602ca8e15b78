import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import test, { type ExecutionContext } from 'ava';
import { UnusableGit } from '../../../adapters/git/open-git.ts';
import { startGitWorker } from '../../../adapters/git/git-worker-client.ts';
import type { WorkerSettings } from '../../../adapters/git/git-worker-api.ts';
import { DomainError, type Commit, type Progress } from '../../../domain/index.ts';
import { startGitServer } from '../../kit/git-server.ts';
import { pretendedGitPath } from '../../kit/pretended-git.ts';
import { gitsOf, leftOver, processesWith, workersOf } from '../../kit/processes.ts';
import { startProgram } from '../../kit/program.ts';
import { createRepository } from '../../kit/repository.ts';
import { sendSignal } from '../../kit/signal.ts';
import { temporaryDirectory } from '../../kit/temporary-directory.ts';
import { until } from '../../kit/until.ts';

const module = new URL('../../../git-worker.ts', import.meta.url);

function settingsFor(directory: string, path = process.env['PATH'] ?? ''): WorkerSettings {
  return {
    directory,
    path,
    allowedNetworks: 'every',
    upstream: { NO_PROXY: [] },
    maxBytes: 2 ** 31,
    maxCommits: 2 ** 31,
    keepsMirrors: true,
  };
}

/** A git worker, and a server with one repository: its log is more than a pipe holds from some thousand commits on. */
async function startWorker(
  t: ExecutionContext,
  { path, commits = 10 }: { readonly path?: string; readonly commits?: number } = {},
) {
  const directory = await temporaryDirectory(t);
  const root = await temporaryDirectory(t);
  const server = await startGitServer(root);
  t.teardown(() => server.close());
  const repository = await createRepository(join(root, 'x.git'));
  const tip = await repository.linear(commits);
  const worker = startGitWorker({
    module,
    settings: settingsFor(directory, path),
  });
  t.teardown(async () => {
    await worker.close();
    const left = await leftOver(() => processesWith(`GIT_MONITORING_SERVER=${directory}`));
    if (left.length > 0)
      throw new Error(`something is left: ${left.map(({ pid }) => pid).join(' ')}`);
  });
  const all = () => processesWith(`GIT_MONITORING_SERVER=${directory}`);
  const workers = () => workersOf(directory);
  return {
    ...worker,
    directory,
    all,
    workers,
    server,
    repository,
    tip,
    url: `${server.origin}/x.git`,
  };
}

async function take(commits: AsyncIterable<readonly Commit[]>): Promise<readonly Commit[]> {
  const all: Commit[] = [];
  for await (const batch of commits) all.push(...batch);
  return all;
}

test('all that git can be asked is answered by another process', async (t) => {
  const { port, check, clear, directory, repository, tip, url } = await startWorker(t, {
    commits: 5000,
  });
  t.regex((await check()).version, /^2\.\d+/);
  const told: Progress[] = [];
  const fetched = await port.fetch({ url, onProgress: (progress) => told.push(progress) });
  t.like(fetched, { outcome: 'ok', tip, defaultBranch: 'main', fresh: true });
  t.true(told.length > 0);
  const commits = await take(port.log({ url, tip }));
  t.is(commits.length, 5000);
  t.is(commits[0]?.sha, tip);
  t.is((await take(port.log({ url, tip, range: { skip: 4990, limit: 100 } }))).length, 10);
  t.like(await port.details({ url, sha: tip }), { signed: false });

  const next = await repository.linear(3);
  t.like(await port.fetch({ url }), { outcome: 'ok', tip: next, fresh: false });
  const difference = await port.difference({ url, from: tip, to: next });
  t.is(difference?.fresh.length, 3);
  t.deepEqual(difference?.lost, []);
  t.is(await port.difference({ url, from: 'f'.repeat(40), to: next }), undefined);
  t.is((await port.maintain(url)).outcome, 'nothing');

  const mirrors = join(directory, 'mirrors');
  await clear([url]);
  t.is((await readdir(mirrors)).length, 1);
  await port.forget(url);
  t.deepEqual(await readdir(mirrors), []);
});

test('of progress that comes faster than it can be told the last is told', async (t) => {
  const directory = await temporaryDirectory(t);
  const script = `#!/bin/sh
export PATH='${process.env['PATH']}'
case " $* " in *' fetch '*) ;; *) exec git "$@";; esac
printf 'Receiving objects: %s%% (1/100)\\r' 1 2 3 4 5 6 7 8 9 48 >&2
exec sleep 60
`;
  const { port, url } = await startWorker(t, { path: await pretendedGitPath(directory, script) });
  const ending = new AbortController();
  const told: Progress[] = [];
  const fetching = port.fetch({
    url,
    signal: AbortSignal.any([ending.signal, AbortSignal.timeout(30_000)]),
    onProgress: (progress) => {
      told.push(progress);
      if (progress.percent === 48) ending.abort();
    },
  });
  await t.throwsAsync(fetching, { name: 'AbortError' });
  t.like(told.at(-1), { phase: 'receiving', percent: 48 });
});

test('a failed fetch says why as it does in the same process', async (t) => {
  const { port, server } = await startWorker(t);
  t.like(await port.fetch({ url: `${server.origin}/missing.git` }), { outcome: 'not_found' });
  const error = await t.throwsAsync(take(port.log({ url: server.origin, tip: 'f'.repeat(40) })));
  t.true(error instanceof DomainError);
  t.like(error, { code: 'internal' });
  t.regex(String(error?.cause), /git could not be started/);
});

test('a log that nobody reads on ends its git', async (t) => {
  const { port, directory, tip, url } = await startWorker(t, { commits: 5000 });
  await port.fetch({ url });
  for await (const batch of port.log({ url, tip })) {
    t.true(batch.length < 5000);
    break;
  }
  t.deepEqual(await leftOver(() => gitsOf(directory)), []);
});

test('what is ended rejects with the reason, and so does what goes on', async (t) => {
  const { port, directory, server, tip, url } = await startWorker(t, { commits: 5000 });
  const ending = new AbortController();
  const reason = new Error('nobody waits');
  const hanging = port.fetch({ url: `${server.origin}/hang/x.git`, signal: ending.signal });
  await server.nextRequest();
  ending.abort(reason);
  t.is(await t.throwsAsync(hanging), reason);
  await t.throwsAsync(port.fetch({ url, signal: ending.signal }), { is: reason });

  await port.fetch({ url });
  const reading = new AbortController();
  const log = async () => {
    for await (const batch of port.log({ url, tip, signal: reading.signal })) {
      t.true(batch.length > 0);
      reading.abort(reason);
    }
  };
  t.is(await t.throwsAsync(log()), reason);
  t.deepEqual(await leftOver(() => gitsOf(directory)), []);
});

test('where the worker is killed what it did fails, and the next that is asked goes well', async (t) => {
  const { port, directory, all, workers, server, tip, url } = await startWorker(t);
  const hanging = port.fetch({ url: `${server.origin}/hang/x.git` });
  await server.nextRequest();
  const [worker] = await workers();
  const before = await all();
  sendSignal(worker, 'SIGKILL');
  const error = await t.throwsAsync(hanging);
  t.true(error instanceof DomainError);
  t.like(error, { code: 'internal' });
  t.like(await port.fetch({ url }), { outcome: 'ok', tip });
  const after = await all();
  t.deepEqual(
    before.filter(({ pid }) => after.some((each) => each.pid === pid)),
    [],
  );
  // Nor is anything left of what was on its way.
  t.deepEqual(await readdir(join(directory, 'tmp')), []);
});

test('a worker that is told to end, as by a supervisor, goes on until its server ends it', async (t) => {
  const { port, workers, tip, url } = await startWorker(t);
  await port.fetch({ url });
  const before = await workers();
  t.is(before.length, 1);
  for (const signal of ['SIGHUP', 'SIGINT', 'SIGTERM'] as const) sendSignal(before[0], signal);
  t.like(await port.fetch({ url }), { outcome: 'ok', tip });
  t.deepEqual(await workers(), before);
});

test('a worker that ends soon after each start is started again later each time', async (t) => {
  const directory = await temporaryDirectory(t);
  await writeFile(join(directory, 'worker.mjs'), 'process.exit(3)');
  const { promise: third, resolve } = Promise.withResolvers<void>();
  const ends: { readonly reason: string; readonly restartSeconds: number }[] = [];
  const worker = startGitWorker({
    module: pathToFileURL(join(directory, 'worker.mjs')),
    settings: settingsFor(directory),
    onEnd: (end) => {
      ends.push(end);
      if (ends.length === 3) resolve();
    },
  });
  t.teardown(worker.close);
  const first = await t.throwsAsync(worker.check());
  t.regex(String(first?.cause), /has ended: 3/);
  await third;
  t.deepEqual(
    ends.map(({ restartSeconds }) => restartSeconds),
    [0, 1, 2],
  );
  const later = await t.throwsAsync(worker.check());
  t.like(later, { code: 'git_unavailable' });
  t.regex(String(later?.cause), /ends soon after each start/);
  t.deepEqual(worker.status(), { isUp: false, restarts: 3 });
});

test('a mirror that goes while the worker is not there is removed by the next one', async (t) => {
  const { close, directory, port, url } = await startWorker(t);
  await port.fetch({ url });
  await close();
  const mirrors = join(directory, 'mirrors');
  t.is((await readdir(mirrors)).length, 1);
  // Twice it ends at once.
  const place = await temporaryDirectory(t);
  await writeFile(
    join(place, 'worker.mjs'),
    `import { appendFileSync, readFileSync } from 'node:fs';
    const starts = new URL('starts', import.meta.url);
    appendFileSync(starts, '.');
    if (readFileSync(starts).length < 3) process.exit(3);
    await import(${JSON.stringify(module.href)});`,
  );
  const { promise: isGone, resolve } = Promise.withResolvers<void>();
  const worker = startGitWorker({
    module: pathToFileURL(join(place, 'worker.mjs')),
    settings: settingsFor(directory),
    onEnd: ({ restartSeconds }) => {
      if (restartSeconds > 0) resolve();
    },
  });
  t.teardown(worker.close);
  await t.throwsAsync(worker.check());
  await isGone;
  await worker.port.forget(url);
  await until(async () => (await readdir(mirrors)).length === 0);
  t.like(worker.status(), { isUp: true });
});

test('what has been closed answers nothing, starts nothing, and can be closed again', async (t) => {
  const { port, close, workers, url } = await startWorker(t);
  await port.fetch({ url });
  await Promise.all([close(), close()]);
  await t.throwsAsync(port.fetch({ url }), { instanceOf: DomainError });
  t.deepEqual(await workers(), []);
});

test('what the system says of a failure goes with the error', async (t) => {
  const { check, directory } = await startWorker(t);
  await writeFile(join(directory, 'mirrors'), '');
  const error = await t.throwsAsync(check());
  t.like(error, { code: 'EEXIST', syscall: 'mkdir' });
  t.regex(error?.stack ?? '', /openMirrors/);
});

test('a git that cannot be used is told as it is in the same process', async (t) => {
  const { check } = await startWorker(t, { path: '/nonexistent' });
  const error = await t.throwsAsync(check());
  t.true(error instanceof UnusableGit);
  t.regex(error?.message ?? '', /^git was not found/);
});

test('a server that is killed leaves nothing behind that runs', async (t) => {
  const data = await temporaryDirectory(t);
  const root = await temporaryDirectory(t);
  const remote = await startGitServer(root);
  t.teardown(() => remote.close());
  await createRepository(join(root, 'x.git'));
  const server = await startProgram({ DATA_DIR: data });
  const adding = fetch(`${server.url}/add/x`, {
    method: 'POST',
    body: `${remote.origin}/hang/x.git`,
  });
  await remote.nextRequest();
  t.true((await gitsOf(data)).length > 0);
  await server.stop('SIGKILL');
  await t.throwsAsync(adding);
  t.deepEqual(await leftOver(() => processesWith(`GIT_MONITORING_SERVER=${data}`)), []);
});
