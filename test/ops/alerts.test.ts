import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { execa } from 'execa';
import { findProgram } from '../../adapters/git/check-git.ts';
import { alerts, runbook } from '../../ops/prometheus/alerts.ts';

test('the runbook has a chapter for every alert, where its link leads, and for nothing else', async (t) => {
  const [file] = runbook({ name: '' }).split('#');
  const text = await readFile(join(import.meta.dirname, '../..', file ?? ''), 'utf8');
  const chapters = [...text.matchAll(/^## (.+)$/gm)].map(([, title]) => title);
  t.deepEqual(
    chapters,
    alerts.map(({ name }) => name),
  );
  for (const alert of alerts) t.is(runbook(alert), `${file}#${alert.name.toLowerCase()}`);
  const bodies = text.split(/^## .+$/m).slice(1);
  for (const body of bodies) t.regex(body, /^\n\n\*\*Means\*\*[^]+\*\*Look\*\*[^]+\*\*Do\*\*/);
});

test('what an alert tells of a project does not multiply with the replicas that tell of it', (t) => {
  const telling = alerts.filter(({ summary }) => summary.includes('$labels.project'));
  t.is(telling.length, 4);
  for (const { promql } of telling) {
    // What is recorded by project was made one series a project when it was recorded.
    t.regex(promql, /max by \(project\)|project:/);
    t.notRegex(
      promql.replaceAll(/max by \(project\) \((?:increase\()?gitmon_\w+/g, ''),
      / gitmon_/,
    );
  }
});

test('amtool finds nothing wrong with the configuration of Alertmanager', async (t) => {
  const amtool = findProgram('amtool', process.env['PATH'] ?? '');
  if (amtool === undefined) {
    t.log('left out: amtool check-config, for there is no amtool on this machine');
    t.pass();
    return;
  }
  const file = join(import.meta.dirname, '../../ops/alertmanager/alertmanager.yml');
  const { exitCode, all } = await execa(amtool, ['check-config', file], {
    all: true,
    reject: false,
  });
  t.is(exitCode, 0, all);
});
