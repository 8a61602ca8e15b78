/** What Terraform puts into the containers, given to whoever reads it there. */
import { globSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { execa } from 'execa';
import { parse } from 'yaml';
import { z } from 'zod';
import { findProgram } from '../../adapters/git/check-git.ts';
import { temporaryDirectory } from '../kit/temporary-directory.ts';
import { readHcl } from './read-hcl.ts';
import { givenNames, render } from './render.ts';
import { prometheusFiles } from './uploaded.ts';

const ops = join(import.meta.dirname, '../../ops');
const read = (name: string) => readFile(join(ops, name), 'utf8');
const { locals } = await readHcl(join(ops, 'terraform'));

const prometheus = {
  scrape_interval: '15s',
  scrape_timeout: '10s',
  server_port: '5000',
  authorization: 'null',
  alertmanagers: '["gitmon-alertmanager:9093"]',
};

test('Prometheus is told to ask the server, by the name that takes the place of server-ip', async (t) => {
  t.deepEqual(
    givenNames(locals['prometheus_config'], 'prometheus.yml.tftpl'),
    Object.keys(prometheus),
  );
  t.regex(
    String(locals['prometheus_files']),
    /replace\(local\.prometheus_config, "server-ip", docker_container\.server\.name\)/,
  );
  const { 'prometheus.yml': text = '' } = await prometheusFiles(prometheus, 'gitmon-server');
  const schema = z.object({
    global: z.object({ scrape_interval: z.literal('15s') }),
    rule_files: z.tuple([z.literal('/etc/prometheus/rules/*.yml')]),
    scrape_configs: z.array(
      z.object({
        job_name: z.string(),
        static_configs: z.tuple([z.object({ targets: z.tuple([z.string()]) })]),
        // What Prometheus itself makes of job and address is the truth.
        relabel_configs: z.never().optional(),
      }),
    ),
  });
  const jobs = schema
    .parse(parse(text))
    .scrape_configs.map(({ job_name, static_configs: [{ targets }] }) => [job_name, targets[0]]);
  t.deepEqual(jobs, [
    ['git-monitoring-server', 'gitmon-server:5000'],
    ['prometheus', 'localhost:9090'],
  ]);
});

/** As Terraform gives it where reading takes a token. */
const authorization = '{"credentials_file":"/etc/prometheus/scrape-token","type":"Bearer"}';

test('Prometheus sends a token from a file where reading metrics takes one', async (t) => {
  const jobOf = async (given: string) => {
    const values = { ...prometheus, authorization: given };
    const { 'prometheus.yml': text = '' } = await prometheusFiles(values, 'gitmon-server');
    const job = z.object({ job_name: z.string(), authorization: z.unknown().optional() });
    const [server, itself] = z
      .object({ scrape_configs: z.tuple([job, job]) })
      .parse(parse(text)).scrape_configs;
    t.is(itself.authorization, undefined);
    return server.authorization;
  };
  t.is(await jobOf('null'), null);
  t.deepEqual(await jobOf(authorization), {
    type: 'Bearer',
    credentials_file: '/etc/prometheus/scrape-token',
  });
  t.regex(
    String(locals['prometheus_config']),
    /authorization += jsonencode\(local\.reads_take_token \? \{ type = "Bearer", credentials_file = "\/etc\/prometheus\/scrape-token" \} : null\)/,
  );
});

test('Prometheus itself finds nothing wrong with its configuration, with and without an Alertmanager and a token', async (t) => {
  if (findProgram('promtool', process.env['PATH'] ?? '') === undefined) {
    t.log('left out: promtool check config, for there is no promtool on this machine');
    t.pass();
    return;
  }
  const directory = await temporaryDirectory(t);
  await mkdir(join(directory, 'rules'));
  const file = join(directory, 'prometheus.yml');
  await writeFile(join(directory, 'scrape-token'), 'x');
  for (const given of [{ alertmanagers: '[]' }, { authorization }]) {
    const values = { ...prometheus, ...given };
    for (const [name, text] of Object.entries(await prometheusFiles(values, 'gitmon-server'))) {
      await writeFile(join(directory, name), text.replaceAll('/etc/prometheus', directory));
    }
    const { exitCode, all } = await execa('promtool', ['check', 'config', file], {
      all: true,
      reject: false,
    });
    t.is(exitCode, 0, all);
  }
});

test('Grafana is given its data source under a fixed uid, and the folder with the dashboards', async (t) => {
  const grafana = { prometheus_url: 'http://gitmon-prometheus:9090', scrape_interval: '15s' };
  t.deepEqual(givenNames(locals['grafana_files'], 'datasource.yml.tftpl'), Object.keys(grafana));
  const source = render(await read('grafana/provisioning/datasource.yml.tftpl'), grafana);
  t.like(parse(source), {
    apiVersion: 1,
    datasources: [
      {
        uid: 'gitmon-prometheus',
        type: 'prometheus',
        url: grafana.prometheus_url,
        isDefault: true,
        jsonData: { timeInterval: '15s' },
      },
    ],
  });
  t.like(parse(await read('grafana/provisioning/dashboards.yml')), {
    apiVersion: 1,
    providers: [{ type: 'file', options: { path: '/etc/gitmon/dashboards' } }],
  });
  for (const name of globSync('*.json', { cwd: join(ops, 'grafana/dashboards') })) {
    const text = await read(`grafana/dashboards/${name}`);
    t.notThrows(() => void JSON.parse(text), name);
  }
});

test('every name in a template has a value, and every value a place', (t) => {
  t.is(render('a: ${b}\n', { b: '1' }), 'a: 1\n');
  t.throws(() => render('${b}', {}), { message: /b has no value/ });
  t.throws(() => render('', { b: '1' }), { message: /b: not in the template/ });
});
