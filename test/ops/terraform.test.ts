import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from '@cdktn/hcl2json';
import test from 'ava';
import { execa } from 'execa';
import { z } from 'zod';
import { serverUrl } from '../../ops/grafana/fleet.ts';
import { findProgram } from '../../adapters/git/check-git.ts';
import { readHcl } from './read-hcl.ts';

const root = join(import.meta.dirname, '../..');
const directory = join(root, 'ops/terraform');
const stack = await readHcl(directory);
const files = await readHcl(join(directory, 'files'));
const containers = [...stack.resources].filter(([name]) => name.startsWith('docker_container.'));

test('the providers are pinned to one version each', (t) => {
  const versions = z.record(z.string(), z.object({ version: z.string().regex(/^\d+\.\d+\.\d+$/) }));
  t.notThrows(() => versions.parse(stack.providers));
});

test('every variable says what it is for and what was wrong with a value', (t) => {
  const variable = z.object({
    description: z.string().regex(/\.$/),
    type: z.string(),
    default: z.unknown(),
    validation: z.array(
      z.object({ condition: z.string(), error_message: z.string().regex(/\.$/) }),
    ),
  });
  for (const [name, body] of stack.variables) {
    t.notThrows(() => variable.parse(body), name);
    t.true('default' in body, `${name} has a default, so that one apply needs none`);
  }
  t.is(stack.variables.get('grafana_admin_password')?.['sensitive'], true);
});

test('every output says what it is, and the password is not printed', (t) => {
  for (const [name, { description }] of stack.outputs) t.is(typeof description, 'string', name);
  t.is(stack.outputs.get('grafana_password')?.['sensitive'], true);
});

test('every container runs as somebody else, without rights, on a read-only root, within limits', (t) => {
  const container = z.object({
    user: z.string().regex(/^[1-9]\d*:\d+$/),
    read_only: z.literal(true),
    tmpfs: z.literal('${local.tmpfs}'),
    security_opts: z.literal('${local.security_opts}'),
    capabilities: z.tuple([z.strictObject({ drop: z.tuple([z.literal('ALL')]) })]),
    memory: z.string(),
    memory_swap: z.string(),
    ulimit: z.tuple([z.object({ name: z.literal('nproc'), hard: z.literal('${var.processes}') })]),
    privileged: z.never().optional(),
    // Docker refuses to write files into a root that is read-only.
    upload: z.never().optional(),
    restart: z.literal('unless-stopped'),
  });
  t.is(containers.length, 4);
  for (const [name, body] of containers) {
    t.notThrows(() => container.parse(body), name);
    t.is(body['memory'], body['memory_swap'], name);
  }
  t.deepEqual(stack.locals['security_opts'], ['no-new-privileges:true']);
});

test('every container is waited for until it is well, and its ports are local unless exposed', (t) => {
  const container = z.object({
    wait: z.literal(true),
    healthcheck: z.tuple([z.object({ test: z.array(z.string()) })]),
    ports: z.tuple([z.object({ ip: z.string() })]),
    networks_advanced: z.tuple([z.object({ name: z.literal('${docker_network.stack.name}') })]),
    destroy_grace_seconds: z.number().min(10),
  });
  const addresses = containers.map(([name, body]) => [name, container.parse(body).ports[0].ip]);
  t.deepEqual(Object.fromEntries(addresses), {
    'docker_container.server': '${local.address}',
    'docker_container.grafana': '${local.address}',
    'docker_container.prometheus': '${local.monitoring_address}',
    'docker_container.alertmanager': '${local.monitoring_address}',
  });
  t.is(stack.locals['monitoring_address'], '${local.monitoring_exposed ? "0.0.0.0" : "127.0.0.1"}');
  t.is(stack.locals['monitoring_exposed'], '${var.expose && var.expose_monitoring}');
  t.is(stack.variables.get('expose_monitoring')?.['default'], false);
  t.is(stack.locals['address'], '${var.expose ? "0.0.0.0" : "127.0.0.1"}');
  t.is(stack.variables.get('expose')?.['default'], false);
});

test('data is kept in named volumes, and configuration cannot be written', (t) => {
  const volumes = z.array(
    z.object({ volume_name: z.string(), read_only: z.boolean().default(false) }),
  );
  for (const [name, body] of containers) {
    const kinds = volumes
      .parse(body['volumes'])
      .map(({ volume_name, read_only }) => [/_data|_config/.exec(volume_name)?.[0], read_only]);
    t.deepEqual(
      kinds,
      [
        ['_data', false],
        ['_config', true],
      ],
      name,
    );
  }
});

test('what only carries files has no network, and is started only to give its secrets to their reader', (t) => {
  t.like(files.resources.get('docker_container.files'), {
    start: '${local.has_secrets}',
    must_run: false,
    network_mode: 'none',
    entrypoint: '${local.has_secrets ? ["chown"] : null}',
    command: '${local.has_secrets ? concat([var.owner], local.secret_files) : null}',
  });
});

test('tokens are secret: a file of their own, no variable of a container and in no plan', (t) => {
  for (const variable of [stack.variables.get('access_tokens'), files.variables.get('secrets')]) {
    t.is(variable?.['sensitive'], true);
  }
  const environment = z.string().parse(stack.locals['server_env']);
  t.regex(
    environment,
    /ACCESS_TOKEN_FILE += local\.has_access_tokens \? "\/etc\/gitmon\/access-tokens" : ""/,
  );
  t.notRegex(environment, /tokens\b(?! \?|")/);
  const { dynamic } = z
    .object({ dynamic: z.object({ upload: z.array(z.object({ content: z.unknown() })) }) })
    .parse(files.resources.get('docker_container.files'));
  t.deepEqual(dynamic.upload[1]?.content, [
    {
      file: '${upload.value}',
      content: '${var.secrets[trimprefix(upload.value, "${var.path}/")]}',
      permissions: '0600',
    },
  ]);
});

test('what is exposed takes a token, and tokens have one place to be given', (t) => {
  const rules = z.array(z.object({ condition: z.string(), error_message: z.string() }));
  const [{ precondition }] = z
    .tuple([z.object({ precondition: rules })])
    .parse(stack.resources.get('docker_container.server')?.['lifecycle']);
  t.deepEqual(
    precondition.map(({ condition }) => condition),
    [
      '${!var.expose || local.has_access_tokens}',
      '${!local.reads_take_token || local.has_access_tokens}',
    ],
  );
  const refused = rules
    .parse(stack.variables.get('extra_env')?.['validation'])
    .find(({ condition }) => condition.includes('"ACCESS_TOKEN", "ACCESS_TOKEN_FILE"'));
  t.regex(refused?.error_message ?? '', /access_tokens/);
});

test('images other than the server are pinned to a version and a digest', (t) => {
  const images = [...String(stack.variables.get('images')?.['type']).matchAll(/"([^"]+)"/g)];
  t.is(images.length, 3);
  for (const [, image = ''] of images)
    t.regex(image, /^[\w./-]+:v?\d+\.\d+\.\d+@sha256:[0-9a-f]{64}$/);
});

test('Terraform asks after the health of the server as the image does, and builds on the same base', async (t) => {
  const dockerfile = await readFile(join(root, 'Dockerfile'), 'utf8');
  const [, command = '[]'] = /^HEALTHCHECK [^[]*CMD (\[.*\])$/ms.exec(dockerfile) ?? [];
  const [{ test: words }] = z
    .tuple([z.object({ test: z.array(z.string()) })])
    .parse(stack.resources.get('docker_container.server')?.['healthcheck']);
  t.deepEqual(words, ['CMD', ...z.array(z.string()).parse(JSON.parse(command))]);
  const [, base] = /^ARG BASE_IMAGE=(.*)$/m.exec(dockerfile) ?? [];
  t.is(base, String(stack.variables.get('base_image')?.['default']));
});

test('the server is asked by localhost and the name of public_url alone, unless it is exposed or told of others', (t) => {
  const hosts = String(stack.locals['allowed_hosts']);
  const [, host = ''] = /regex\("((?:[^"\\]|\\.)+)", var\.public_url\)\[0\]/.exec(hosts) ?? [];
  t.is(
    hosts.replace(host, 'HOST'),
    '${var.expose ? "" : join(",", compact(["localhost", try(regex("HOST", var.public_url)[0], "")]))}',
  );
  const nameOf = new RegExp(host.replaceAll('\\\\', '\\'));
  for (const [url, name] of [
    ['https://git.example.org', 'git.example.org'],
    ['http://git-monitor:8080', 'git-monitor'],
    ['http://10.0.0.1:80', '10.0.0.1'],
    ['http://[::1]:80', undefined],
  ] as const)
    t.is(nameOf.exec(url)?.[1], name, url);
  // What comes later counts.
  t.regex(
    String(stack.locals['server_env']),
    /^\$\{merge\(\{ ALLOWED_HOSTS = local\.allowed_hosts \}, var\.extra_env, \{/,
  );
});

test('nobody can look at Grafana without a password, which is random unless given', (t) => {
  t.like(stack.locals['grafana_env'], { GF_AUTH_ANONYMOUS_ENABLED: false });
  t.regex(String(stack.locals['grafana_password']), /random_password\.grafana\[0\]\.result/);
  t.is(stack.variables.get('grafana_admin_password')?.['default'], null);
});

test('the links of the dashboards lead to the address that people reach the server by', async (t) => {
  t.true(
    String(stack.locals['grafana_files']).includes(`"${serverUrl}", local.server_url)`),
    'it takes the place of what the dashboards have',
  );
  t.is(
    stack.locals['server_url'],
    '${coalesce(var.public_url, "http://${local.host}:${var.ports.server}")}',
  );
  const dashboard = await readFile(join(root, 'ops/grafana/dashboards/fleet.json'), 'utf8');
  t.is(dashboard.split(`"${serverUrl}"`).length - 1, dashboard.split('http').length - 1);
});

test('a mistake in a file is told with its place', async (t) => {
  await t.throwsAsync(parse('x.tf', 'resource "a" {'), { message: /x\.tf:1/ });
});

test('the files are formatted as terraform formats them', async (t) => {
  if (findProgram('terraform', process.env['PATH'] ?? '') === undefined) {
    t.log('left out: terraform fmt, for there is no terraform on this machine');
    t.pass();
    return;
  }
  const { stdout } = await execa('terraform', ['fmt', '-check', '-recursive', directory], {
    reject: false,
  });
  t.is(stdout, '');
});
