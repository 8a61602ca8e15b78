import test from 'ava';
import { diagnose } from '../../../handlers/pages/diagnostics.ts';
import type { Project } from '../../../domain/index.ts';
import { healthyStatus, fakeCommits } from '../../kit/fake-ports.ts';
import { contract } from '../../kit/hosts.ts';

const url = 'https://example.org/red.git';

const rows = (page: string) =>
  new Map(
    [...page.matchAll(/<tr><th scope="row">(.*?)<\/th><td>(.*?)<\/td><\/tr>/g)].map(
      ([, name = '', value = '']) => [name, value.replaceAll(/<[^>]*>/g, '')],
    ),
  );

contract('the status page says what runs, on what, and that all is well', async (t, serve) => {
  const { add, ask, git } = await serve(t);
  git.remotes.set(url, { commits: fakeCommits(3) });
  await add('red', url);
  const { status, text } = await ask('/status');
  t.is(status, 200);
  t.regex(text, /<p>All is well\.<\/p>/);
  const said = rows(text);
  t.regex(said.get('Running for') ?? '', /days.*, since 2023-11-14 22:13$/);
  t.is(said.get('git-monitoring-server'), '1.2.3');
  t.is(said.get('Node.js'), '24.0.0');
  t.is(said.get('git'), '2.39.5');
  t.is(said.get('Up'), '1');
  t.is(said.get('Failing'), '0');
  t.is(said.get('Refreshes that wait for their turn'), '2');
  t.is(said.get('Store'), 'sqlite, 123 MB');
  t.is(said.get('Answers that were ready'), '150 of 200');
  t.is(said.get('Free disk'), '50 GB; adding takes 537 MB');
  t.notRegex(text, /Projects that fail|Log in or out/);
});

contract('a project that fails is named with the reason, and what to do', async (t, serve) => {
  const { add, ask, git } = await serve(t);
  git.remotes.set(url, { commits: fakeCommits(3) });
  await add('red', url);
  git.remotes.set(url, { fails: { outcome: 'auth', detail: 'fatal: /secret/place' } });
  t.is((await ask('/add/red', { method: 'POST', body: url })).status, 500);
  const { text } = await ask('/status');
  t.regex(text, /<title>Attention: Status/);
  t.regex(text, /<strong>1 project fails\.<\/strong> Each is tried again/);
  t.regex(text, /href="\/list\/red">red<\/a><\/th>\s*<td>repository not public<\/td>/);
  t.false(text.includes('fatal') || text.includes('/secret'));
});

contract('of many projects that fail fifty are named', async (t, serve) => {
  const { add, ask, git } = await serve(t);
  for (let number = 0; number < 51; number++) {
    const each = `https://example.org/${number}.git`;
    git.remotes.set(each, { commits: fakeCommits(1) });
    await add(`red-${number}`, each);
    git.remotes.set(each, { fails: { outcome: 'auth', detail: '' } });
    await ask(`/add/red-${number}`, { method: 'POST', body: each });
  }
  const { text } = await ask('/status');
  t.regex(text, /<strong>51 projects fail\.<\/strong>/);
  t.is(text.match(/href="\/list\/red-\d+">/g)?.length, 50);
});

contract('a store that is nowhere but in memory has no size', async (t, serve) => {
  const status = { ...healthyStatus, store: { kind: 'memory', bytes: null } } as const;
  const { ask } = await serve(t, {
    status: { ...status, cache: { ...healthyStatus.cache, asked: 0, hits: 0 } },
  });
  const said = rows((await ask('/status')).text);
  t.is(said.get('Store'), 'memory, gone when the server ends');
  t.is(said.get('Answers that were ready'), 'none asked for yet');
});

const project: Project = {
  name: 'red',
  addedAt: null,
  url,
  state: 'up',
  commits: 1,
  tip: null,
  defaultBranch: null,
  tipCommittedAt: null,
  lastAttemptAt: 1000,
  lastSuccessAt: 1000,
  lastOutcome: 'ok',
  failures: 0,
  tipChangedAt: 1000,
  nextRefreshAt: 2000,
  activity: null,
};
const situation = {
  status: healthyStatus,
  projects: [project],
  maxProjects: 500,
  canWrite: true,
  now: 2000,
};
const disk = (freeBytes: number, neededBytes = 1000) => ({
  ...situation,
  status: { ...healthyStatus, disk: { freeBytes, neededBytes } },
});

for (const [what, given, said] of [
  ['all is well', situation, []],
  ['nothing can be written', { ...situation, canWrite: false }, ['Nothing can be written.']],
  [
    'git cannot be run',
    { ...situation, status: { ...healthyStatus, gitWorker: { isUp: false, restarts: 3 } } },
    ['The process that runs git does not answer, so nothing is fetched.'],
  ],
  ['the disk is full', disk(10), ['The disk is almost full, so nothing is added.']],
  ['the disk is filling', disk(1500), ['The disk is filling up.']],
  ['nobody cares for the disk', disk(0, 0), []],
  [
    'two projects fail',
    {
      ...situation,
      projects: [project, project].map((one) => ({ ...one, state: 'failing' as const })),
    },
    ['2 projects fail.'],
  ],
  ['a refresh is late', { ...situation, now: 3000 }, ['1 project is refreshed late.']],
  [
    'a project has never been tried',
    { ...situation, projects: [{ ...project, nextRefreshAt: 0 }], now: 3000 },
    [],
  ],
  ['there is no room', { ...situation, maxProjects: 1 }, ['There is room for 0 more projects.']],
  [
    'the cache is too small',
    {
      ...situation,
      status: { ...healthyStatus, cache: { bytes: 99, maxBytes: 100, asked: 10, hits: 1 } },
    },
    ['Most answers have to be made anew, for the cache is full.'],
  ],
] as const) {
  test(`where ${what} the advice is ${said[0] ?? 'none'}`, (t) => {
    const advice = diagnose(given);
    t.deepEqual(
      advice.map((one) => one.what),
      [...said],
    );
    for (const { todo } of advice) t.regex(todo, /^[A-Z].*\.$/);
  });
}
