import test from 'ava';
import { createJobs } from '../../../adapters/jobs/jobs.ts';
import { fetchError, type Job } from '../../../domain/index.ts';

const wanted = (project: string) =>
  ({ what: 'add', project, url: 'https://example.org/x.git' }) as const;

test('no more jobs run, and are remembered, than there may be', async (t) => {
  const seen: string[] = [];
  const jobs = createJobs({
    ended: new AbortController().signal,
    changed: ({ project, state }: Job) => void seen.push(`${project} ${state}`),
    most: 2,
  });
  const { promise, resolve } = Promise.withResolvers<void>();
  const [a] = [jobs.begin(wanted('a'), () => promise), jobs.begin(wanted('b'), () => promise)];
  t.is(
    jobs.begin(wanted('a'), () => promise),
    a,
  );
  t.throws(() => jobs.begin(wanted('c'), () => promise), { code: 'busy' });
  resolve();
  await jobs.settled();
  const c = jobs.begin(wanted('c'), async () => {
    throw fetchError('dns');
  });
  await jobs.settled();
  t.is(jobs.job(a.id), undefined);
  t.like(jobs.job(c.id), { state: 'failed', outcome: 'dns' });
  t.deepEqual(seen, ['a queued', 'b queued', 'a done', 'b done', 'c queued', 'c failed']);
});

test('who adds a project is not given the job that refreshes it, nor the other way round', async (t) => {
  const jobs = createJobs({ ended: new AbortController().signal });
  const { promise, resolve } = Promise.withResolvers<void>();
  const begin = (what: 'add' | 'refresh') => jobs.begin({ ...wanted('a'), what }, () => promise);
  const [refresh, add] = [begin('refresh'), begin('add')];
  t.not(add.id, refresh.id);
  t.is(begin('add'), add);
  resolve();
  await jobs.settled();
});

test('a project that is to have its first url again, after another one, gets it last', async (t) => {
  const jobs = createJobs({ ended: new AbortController().signal });
  const { promise, resolve } = Promise.withResolvers<void>();
  const begin = (url: string) => jobs.begin({ what: 'add', project: 'a', url }, () => promise);
  const [first, other] = [begin('https://example.org/1'), begin('https://example.org/2')];
  const last = begin('https://example.org/1');
  t.is(new Set([first.id, other.id, last.id]).size, 3);
  t.is(begin('https://example.org/1'), last);
  resolve();
  await jobs.settled();
});

test('jobs end with the server, and one that breaks is told of', async (t) => {
  const controller = new AbortController();
  const failed: unknown[] = [];
  const jobs = createJobs({ ended: controller.signal, failed: (_, error) => failed.push(error) });
  const broken = new Error('broken');
  jobs.begin(wanted('a'), async () => {
    throw broken;
  });
  await jobs.settled();
  t.deepEqual(failed, [broken]);
  const b = jobs.begin(wanted('b'), async (signal) => {
    const { promise, reject } = Promise.withResolvers<never>();
    signal.addEventListener('abort', () => reject(signal.reason));
    await promise;
  });
  controller.abort();
  await jobs.settled();
  t.like(jobs.job(b.id), { state: 'failed', outcome: 'internal' });
  t.is(failed.length, 1);
});

test('an eighth of the jobs is for one client, so that nobody keeps others from adding', async (t) => {
  const jobs = createJobs({ ended: new AbortController().signal, most: 16 });
  const { promise, resolve } = Promise.withResolvers<void>();
  const begin = (project: string, source: string) =>
    jobs.begin({ ...wanted(project), source }, () => promise);
  begin('a', '192.0.2.1');
  begin('b', '192.0.2.1');
  t.throws(() => begin('c', '192.0.2.1'), { code: 'busy' });
  t.notThrows(() => begin('c', '192.0.2.2'));
  resolve();
  await jobs.settled();
});
