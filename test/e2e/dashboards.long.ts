import { join } from 'node:path';
import test from 'ava';
import { ruleFiles } from '../../ops/prometheus/rule-files.ts';
import { status } from '../kit/git-faults.ts';
import { monitored } from '../kit/monitored.ts';
import type { Prometheus } from '../kit/prometheus-client.ts';
import { everyQuestion, type Question } from '../kit/questions.ts';
import { createRepository, type Repository } from '../kit/repository.ts';
import { post } from '../kit/traffic.ts';

const rules = [...ruleFiles().keys()].map((name) =>
  join(import.meta.dirname, '../../ops/prometheus/rules', name),
);

/** What nobody can bring about in a minute; the cases of promtool in `test/ops` do. */
const notBroughtAbout = [
  'GitmonAddsSlow',
  'GitmonErrorRatioHigh',
  'GitmonQueueGrowing',
  'GitmonRefreshStale',
  'GitmonServerDown',
];

const aboutProject = (project: string) =>
  everyQuestion({ project, __rate_interval: '10s', __range: '1h' });

/** Whether there is an answer of numbers; over time, a route that nobody asks for has none. */
async function isAnswered(prometheus: Prometheus, { promql, range }: Question): Promise<boolean> {
  if (!range) {
    const found = await prometheus.query(promql);
    return found.length > 0 && found.every(({ value }) => Number.isFinite(value));
  }
  const end = Date.now() / 1000;
  const found = await prometheus.queryRange(promql, { start: end - 60, end, step: 1 });
  return found.some(({ values }) => values.some(Number.isFinite));
}

/** Those of the questions that are still without an answer after so many scrapes. */
async function unanswered(
  prometheus: Prometheus,
  questions: readonly Question[],
  scrapes = 60,
): Promise<readonly string[]> {
  let left = questions;
  for (let scrape = 0; scrape < scrapes && left.length > 0; scrape++) {
    await prometheus.scraped();
    const answered = new Map<Question, boolean>();
    for (const each of left) answered.set(each, await isAnswered(prometheus, each));
    left = left.filter((each) => answered.get(each) !== true);
  }
  return left.map(({ by, promql }) => `${by}: ${promql}`);
}

async function answeredAtOnce(prometheus: Prometheus, questions: readonly Question[]) {
  const found: string[] = [];
  for (const each of questions) if (await isAnswered(prometheus, each)) found.push(each.by);
  return found;
}

/** Commits of every hour, the newest a week ago. */
async function quietHistory(repository: Repository): Promise<void> {
  const weekAgo = Math.floor(Date.now() / 1000) - 7 * 86_400;
  let tip: string | undefined;
  for (const hours of [3, 2, 1, 0]) {
    const date = `${weekAgo - hours * 3600} +0000`;
    const parents = tip === undefined ? [] : [tip];
    tip = await repository.commit({ parents, date, committed: date });
  }
  if (tip !== undefined) await repository.branch('main', tip);
}

test('every query of every panel, variable, annotation and rule tells something of a real server', async (t) => {
  const env = { REFRESH_MIN_SECONDS: '1', REFRESH_MAX_SECONDS: '2', MAX_PROJECTS: '4' };
  const running = await monitored(t, async () => env, rules);
  if (running === undefined) return;
  const { server, root, remote, prometheus, traffic } = running;
  const [red, blue] = await Promise.all(
    ['red', 'blue', 'green'].map(async (name) => {
      const repository = await createRepository(join(root, `${name}.git`));
      return { repository, tip: await repository.linear(50) };
    }),
  );
  if (red === undefined || blue === undefined) return t.fail();
  const add = (name: string, path = `${name}.git`) =>
    traffic.send('/add/{projectname}', 200, `/add/${name}`, post(`${remote.origin}/${path}`));
  const read = async () => {
    for (const route of ['/list', '/json']) {
      await traffic.send(`${route}/{projectname}`, 200, `${route}/red`);
    }
  };

  // Well: nothing has failed, and nobody has pushed.
  await prometheus.scraped();
  await add('red');
  await add('blue');
  await add('green', 'no-filter/green.git');
  await prometheus.scraped();
  await add('red');
  await read();
  const usual = aboutProject('red').filter(({ ofEvents }) => !ofEvents);
  const events = aboutProject('red').filter(({ ofEvents }) => ofEvents);
  t.deepEqual(await unanswered(prometheus, usual), []);
  // A scrape that takes too long has a server that is well look down for a moment.
  const telling = events.filter(({ by }) => by !== 'GitmonServerDown');
  t.deepEqual(await answeredAtOnce(prometheus, telling), []);

  // Ill: a push, a forced push, a repository that has been silent, two that cannot be fetched.
  await red.repository.branch('main', await red.repository.commit({ parents: [red.tip] }));
  await blue.repository.branch('main', await blue.repository.commit());
  await quietHistory(await createRepository(join(root, 'quiet.git')));
  await add('quiet');
  await traffic.send('/list/{projectname}', 404, '/list/none');
  const pushed = aboutProject('red').filter(({ by }) => by.endsWith('annotation New head'));
  const rewritten = aboutProject('blue').filter(({ by }) => by.endsWith('annotation Rewritten'));
  t.is(pushed.length + rewritten.length, 2);
  t.deepEqual(await unanswered(prometheus, [...pushed, ...rewritten]), []);
  const silent = events.filter(({ by }) => by === 'GitmonUnusualSilence');
  t.deepEqual(await unanswered(prometheus, silent), []);
  for (const name of ['red.git', 'no-filter', 'quiet.git']) remote.answers.set(name, status(503));
  // An add joins a refresh of its url, which may have begun while the remote still answered.
  let failed = 200;
  for (let adds = 0; adds < 20 && failed === 200; adds++)
    failed = (await fetch(`${server.url}/add/red`, post(`${remote.origin}/red.git`))).status;
  t.is(failed, 500);
  await read();
  t.deepEqual(await unanswered(prometheus, usual), []);
  const seen = ['GitmonUnusualSilence', ...notBroughtAbout];
  const alerts = events.filter(({ by }) => by.startsWith('Gitmon') && !seen.includes(by));
  t.deepEqual(await unanswered(prometheus, alerts), []);
  const firing = await prometheus.query('ALERTS{alertstate="firing"}');
  t.deepEqual(
    firing.map(({ labels }) => `${labels['alertname']} ${labels['project']}`),
    ['GitmonHistoryRewritten blue'],
  );
});
