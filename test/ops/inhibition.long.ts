import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import test from 'ava';
import { z } from 'zod';
import { startDaemon } from '../kit/daemon.ts';
import { installed } from '../kit/monitored.ts';
import { temporaryDirectory } from '../kit/temporary-directory.ts';
import { alertCases } from './alert-cases.ts';

const config = join(import.meta.dirname, '../../ops/alertmanager/alertmanager.yml');

/** One of each alert, with the labels that Prometheus gives it. */
const firing = [
  ...new Map(
    alertCases.flatMap(({ alert, fires: [first] }) =>
      first === undefined ? [] : [[alert, { alertname: alert, ...first.labels }] as const],
    ),
  ).values(),
];
const causes = ['GitmonServerDown', 'GitmonMostUpstreamsDown'];

const answer = z.array(
  z.object({
    labels: z.object({ alertname: z.string() }),
    status: z.object({ state: z.enum(['active', 'suppressed', 'unprocessed']) }),
  }),
);

test('alerts about single projects are held back while the server or most repositories are down, and no others', async (t) => {
  const path = await installed(t, 'prometheus-alertmanager');
  if (path === undefined) return;
  const origin = await startDaemon(
    t,
    path,
    [
      `--config.file=${config}`,
      `--storage.path=${await temporaryDirectory(t)}`,
      '--web.listen-address=127.0.0.1:0',
      '--cluster.listen-address=',
    ],
    'Listening on',
  );
  const url = `${origin}/api/v2/alerts`;
  const send = async (alerts: typeof firing, endsAt?: string) => {
    const body = JSON.stringify(alerts.map((labels) => ({ labels, endsAt })));
    const headers = { 'content-type': 'application/json' };
    t.is((await fetch(url, { method: 'POST', headers, body })).status, 200);
  };
  /** Waits until those that have a project are held back, or none is, and all others are shown. */
  const becomes = async (alerts: typeof firing, projects: 'active' | 'suppressed') => {
    const wanted = lines(
      alerts.map((labels) => [labels.alertname, 'project' in labels ? projects : 'active']),
    );
    const deadline = Date.now() + 30_000;
    for (;;) {
      const there = answer.parse(await (await fetch(url)).json());
      const states = lines(there.map(({ labels, status }) => [labels.alertname, status.state]));
      if (states === wanted || Date.now() > deadline) return t.is(states, wanted);
      // Alertmanager tells nobody when it has taken alerts in.
      await setTimeout(50);
    }
  };

  const single = firing.filter((labels) => 'project' in labels);
  t.is(single.length, 4);
  const effects = firing.filter(({ alertname }) => !causes.includes(alertname));
  await send(effects);
  await becomes(effects, 'active');
  for (const name of causes) {
    const cause = firing.filter(({ alertname }) => alertname === name);
    await send(cause);
    await becomes([...effects, ...cause], 'suppressed');
    await send(cause, new Date().toISOString());
    await becomes(effects, 'active');
  }
});

function lines(states: readonly (readonly [string, string])[]): string {
  return states
    .map((state) => state.join(' is '))
    .toSorted((a, b) => a.localeCompare(b))
    .join('\n');
}
