import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { execa } from 'execa';
import { alerts, runbook } from '../../ops/prometheus/alerts.ts';
import { ruleFiles } from '../../ops/prometheus/rule-files.ts';
import { installed } from '../kit/monitored.ts';
import { temporaryDirectory } from '../kit/temporary-directory.ts';
import { alertCases, type AlertCase } from './alert-cases.ts';

const rules = join(import.meta.dirname, '../../ops/prometheus/rules');
const files = [...ruleFiles().keys()].map((name) => join(rules, name));

/** A test as promtool reads it: JSON is YAML. */
function unit({ alert, title, series, at, fires }: AlertCase) {
  return {
    name: `${alert}: ${title}`,
    interval: '1m',
    input_series: Object.entries(series).map(([name, values]) => ({ series: name, values })),
    alert_rule_test: [
      {
        eval_time: at,
        alertname: alert,
        exp_alerts: fires.map(({ labels, summary, description }) => ({
          exp_labels: labels,
          exp_annotations: { summary, description, runbook_url: runbook({ name: alert }) },
        })),
      },
    ],
  };
}

test('promtool finds nothing wrong with the rules', async (t) => {
  const promtool = await installed(t, 'promtool');
  if (promtool === undefined) return;
  const { exitCode, all } = await execa(promtool, ['check', 'rules', ...files], {
    all: true,
    reject: false,
  });
  t.is(exitCode, 0, all);
});

test('every alert fires where it has to, with its text, and is silent where it must not', async (t) => {
  const promtool = await installed(t, 'promtool');
  if (promtool === undefined) return;
  const file = join(await temporaryDirectory(t), 'tests.yml');
  const content = {
    rule_files: files,
    // Else in any order, and what is recorded comes a minute late or not.
    group_eval_order: ['gitmon-recorded', 'gitmon-alerts'],
    evaluation_interval: '1m',
    tests: alertCases.map(unit),
  };
  await writeFile(file, JSON.stringify(content));
  const { exitCode, all } = await execa(promtool, ['test', 'rules', file], {
    all: true,
    reject: false,
  });
  t.is(exitCode, 0, all);
});

test('there is no alert without a case of either kind', (t) => {
  for (const silent of [false, true]) {
    const cased = new Set(
      alertCases.filter(({ fires }) => (fires.length === 0) === silent).map(({ alert }) => alert),
    );
    t.deepEqual(
      alerts.map(({ name }) => name).filter((name) => !cased.has(name)),
      [],
    );
  }
});
