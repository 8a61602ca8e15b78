import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { readVersion } from '../../adapters/config/version.ts';
import type { Exchange } from '../kit/git-backend.ts';
import { hang, status } from '../kit/git-faults.ts';
import { monitored } from '../kit/monitored.ts';
import { createRepository } from '../kit/repository.ts';
import { temporaryDirectory } from '../kit/temporary-directory.ts';
import { post } from '../kit/traffic.ts';

/** Never answers, but shows that it lives: a fetch ends after a minute of silence. */
async function hangAlive(exchange: Exchange): Promise<void> {
  const timer = setInterval(() => exchange.response.writeProcessing(), 10_000);
  await hang(exchange);
  clearInterval(timer);
}

test('how repositories are is told scrape by scrape, until they are removed', async (t) => {
  const running = await monitored(t, async (remote) => {
    const file = join(await temporaryDirectory(t), 'projects');
    await writeFile(file, `waiting ${remote.origin}/alive/red.git\n`);
    remote.answers.set('alive', hangAlive);
    return { PROJECTS_FILE: file, FETCH_TIMEOUT_SECONDS: '600' };
  });
  if (running === undefined) return;
  const { root, remote, prometheus, traffic } = running;
  const red = await createRepository(join(root, 'red.git'));
  const parent = await red.linear(150);
  const late = 1_900_000_000;
  await red.branch('main', await red.commit({ parents: [parent], committed: `${late} +0200` }));
  const blue = await createRepository(join(root, 'blue.git'));
  const tree = await blue.tree({ large: randomBytes(500_000).toString('latin1') });
  await blue.branch('main', await blue.commit({ tree }));
  await createRepository(join(root, 'empty.git'));

  const add = (name: string, path: string, expected = 200) =>
    traffic.send('/add/{projectname}', expected, `/add/${name}`, post(`${remote.origin}/${path}`));
  const begun = await prometheus.scraped();
  let time = begun;
  const value = async (promql: string) => {
    const found = await prometheus.query(promql, time);
    t.true(found.length < 2, promql);
    return found[0]?.value;
  };
  const states = async () =>
    Promise.all(
      ['up', 'failing', 'pending'].map((state) => value(`gitmon_projects{state="${state}"}`)),
    );
  const errors = async () =>
    (await prometheus.query('gitmon_git_errors_total > 0', time)).map(
      ({ labels, value: n }) => `${labels['op']} ${labels['reason']} ${n}`,
    );
  const sent = (path: string) =>
    remote.requests
      .filter((request) => request.path.startsWith(path))
      .reduce((sum, { bytesSent }) => sum + bytesSent, 0);

  t.deepEqual(await states(), [0, 0, 1]);
  const version = `version="${readVersion()}",node_version="${process.versions.node}"`;
  t.is(await value(`gitmon_build_info{${version}}`), 1);
  t.is(await value('gitmon_upstream_up'), undefined);

  await add('red', 'red.git');
  await add('blue', 'no-filter/blue.git');
  await add('empty', 'empty.git');
  time = await prometheus.scraped();
  t.deepEqual(await states(), [3, 0, 1]);
  t.deepEqual(await errors(), []);
  for (const [name, commits, head] of [
    ['red', 151, late],
    ['blue', 1, 1_700_000_060],
    ['empty', 0, undefined],
  ] as const) {
    t.is(await value(`gitmon_commits{project="${name}"}`), commits);
    t.is(await value(`gitmon_head_commit_timestamp_seconds{project="${name}"}`), head);
    t.is(await value(`gitmon_upstream_up{project="${name}"}`), 1);
  }
  t.is(await value('gitmon_commits{project="waiting"}'), undefined);
  const received = sent('/red.git') + sent('/empty.git');
  t.is(await value('gitmon_git_received_bytes_total{filter="tree:0"}'), received);
  t.is(await value('gitmon_git_received_bytes_total{filter="none"}'), sent('/no-filter/'));
  t.true(sent('/no-filter/') > 500_000);

  remote.answers.set('red.git', status(503));
  await add('red', 'red.git', 500);
  await add('none', 'none.git', 500);
  time = await prometheus.scraped();
  t.deepEqual(await states(), [2, 1, 1]);
  t.deepEqual((await errors()).toSorted(), ['fetch not_found 1', 'fetch unavailable 1']);
  t.is(await value('gitmon_upstream_up{project="red"}'), 0);
  t.is(await value('gitmon_upstream_up{project="blue"}'), 1);
  t.is(await value('gitmon_commits{project="red"}'), 151);
  t.is(await value('gitmon_commits{project="none"}'), undefined);
  t.is(await value('gitmon_git_received_bytes_total{filter="tree:0"}'), received);
  const success = (await value('gitmon_last_success_timestamp_seconds{project="red"}')) ?? NaN;
  const attempt = (await value('gitmon_last_attempt_timestamp_seconds{project="red"}')) ?? NaN;
  t.true(begun < success && success < attempt && attempt < time);

  remote.answers.delete('red.git');
  await add('red', 'red.git');
  time = await prometheus.scraped();
  t.deepEqual(await states(), [3, 0, 1]);
  t.is(await value('gitmon_upstream_up{project="red"}'), 1);

  await traffic.send('/api/v1/projects/{name}', 204, '/api/v1/projects/red', { method: 'DELETE' });
  const end = await prometheus.scraped();
  time = end;
  t.deepEqual(await prometheus.query('{project="red"}', time), []);
  t.is(await value('gitmon_commits{project="blue"}'), 1);
  t.deepEqual(await states(), [2, 0, 1]);
  const range = { start: begun, end, step: 0.25 };
  const [upstream] = await prometheus.queryRange('gitmon_upstream_up{project="red"}', range);
  const changes = upstream?.values.filter((up, index, all) => up !== all[index - 1]);
  t.deepEqual(changes, [1, 0, 1]);
});
