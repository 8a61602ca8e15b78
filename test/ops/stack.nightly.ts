/** Server and Prometheus in containers that find each other by name, given the files that Terraform gives them. */
import { randomBytes } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { execa } from 'execa';
import { z } from 'zod';
import { earlierQueries } from '../../ops/grafana/legacy-queries.ts';
import { recorded } from '../../ops/prometheus/recording-rules.ts';
import { connectPrometheus } from '../kit/prometheus-client.ts';
import { temporaryDirectory } from '../kit/temporary-directory.ts';
import { base, build, docker, dockerRuns, hardened, logged, root, uniqueName } from './docker.ts';
import { readHcl } from './read-hcl.ts';
import { prometheusFiles, type Uploaded } from './uploaded.ts';

const stack = uniqueName();
const [server, prometheus] = [`${stack}-server`, `${stack}-prometheus`];
const runs = await dockerRuns();

/** Debian's Prometheus, with the command line that Terraform gives the other one. */
async function startPrometheusContainer(): Promise<void> {
  const { resources, variables } = await readHcl(join(root, 'ops/terraform'));
  const retention = String(variables.get('retention')?.['default']);
  const command = z
    .array(z.string())
    .parse(resources.get('docker_container.prometheus')?.['command'])
    .map((word) => word.replace('${var.retention}', retention));
  const data = `--mount=type=volume,source=${prometheus}-data,target=/prometheus`;
  const entry = ['--user=65534:65534', '--entrypoint=prometheus'];
  await run(prometheus, 9090, '/etc/prometheus', [data, ...entry], command);
  await logged(prometheus, 'Server is ready');
}

/** Builds an image of Debian's Prometheus, since the one that Terraform takes is in a registry. */
async function buildPrometheus(): Promise<void> {
  const input = `FROM ${base}
RUN apt-get update && apt-get install --yes --no-install-recommends prometheus
RUN install --directory --owner=65534 --group=65534 /prometheus
`;
  await execa('docker', ['build', '--tag', prometheus, '-'], { input, timeout: 600_000 });
}

async function startServer(): Promise<void> {
  const environment = { HOST: '0.0.0.0', PORT: '5000', ALLOWED_NETWORKS: '', CA_FILE: '' };
  const given = {
    ...environment,
    PROJECTS_FILE: '/etc/gitmon/projects.txt',
    ACCESS_TOKEN_FILE: '/etc/gitmon/access-tokens',
    REQUIRE_TOKEN_FOR: 'reads',
  };
  const data = `--mount=type=volume,source=${server}-data,target=/data`;
  const options = Object.entries(given).map(([name, value]) => `--env=${name}=${value}`);
  await run(server, 5000, '/etc/gitmon', [data, ...options]);
  await logged(server, 'Listening');
}

interface Upload {
  readonly image: string;
  readonly path: string;
  readonly files: Uploaded;
  readonly secrets: Uploaded;
  readonly owner: string;
}

/** As Terraform does it: a container carries the files into a volume, and gives the secrets to their reader. */
async function upload(t: ExecutionContext, { image, path, files, secrets, owner }: Upload) {
  const volume = `${image}-config`;
  const folder = join(await temporaryDirectory(t), 'files');
  const write = async (name: string, text: string, mode: number) => {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), text, { mode });
  };
  for (const [name, text] of Object.entries(files)) await write(name, text, 0o644);
  for (const [name, text] of Object.entries(secrets)) await write(name, text, 0o600);
  const mount = `--mount=type=volume,source=${volume},target=${path}`;
  const secretFiles = Object.keys(secrets).map((name) => `${path}/${name}`);
  const asRoot = ['--user=0:0', '--entrypoint=chown'];
  const common = [`--name=${volume}`, '--network=none', mount];
  await docker('create', ...common, ...asRoot, image, owner, ...secretFiles);
  await docker('cp', `${folder}/.`, `${volume}:${path}`);
  await docker('start', '--attach', volume);
}

/** Starts a container of the image of the same name, on the network and with its files. */
async function run(
  name: string,
  port: number,
  path: string,
  options: readonly string[],
  command: readonly string[] = [],
): Promise<void> {
  await docker(
    'run',
    '--detach',
    `--name=${name}`,
    `--network=${stack}`,
    `--publish=127.0.0.1:0:${port}`,
    `--mount=type=volume,source=${name}-config,target=${path},readonly`,
    ...hardened,
    ...options,
    name,
    ...command,
  );
}

const origin = async (name: string) =>
  `http://${await docker('port', name)}`.replace(/\/\d.*> /, '/');

/** Everything in the engine that is called after this stack. */
async function left(): Promise<
  Readonly<Record<'containers' | 'volumes' | 'networks' | 'images', readonly string[]>>
> {
  const lines = async (...args: readonly string[]) =>
    (await docker(...args)).split('\n').filter((line) => line !== '');
  const named = `--filter=name=${stack}`;
  return {
    containers: await lines('ps', '--all', '--quiet', named),
    volumes: await lines('volume', 'ls', '--quiet', named),
    networks: await lines('network', 'ls', '--quiet', named),
    images: await lines('image', 'ls', '--quiet', `--filter=reference=${stack}*`),
  };
}

async function takeDown(): Promise<void> {
  const { containers, volumes, networks, images } = await left();
  if (containers.length > 0) await docker('rm', '--force', '--volumes', ...containers);
  if (volumes.length > 0) await docker('volume', 'rm', ...volumes);
  if (networks.length > 0) await docker('network', 'rm', ...networks);
  if (images.length > 0) await docker('rmi', '--force', ...images);
}

/** Prometheus's own, and one of a person's. */
const tokens = {
  prometheus: randomBytes(24).toString('hex'),
  ops: randomBytes(24).toString('hex'),
};

test('Prometheus finds the server by its name, asks it with a token from a file, and evaluates the rules', async (t) => {
  if (!runs) {
    t.log(`left out: ${t.title}, for there is no Docker engine`);
    t.pass();
    return;
  }
  t.teardown(takeDown);
  await build(server);
  await buildPrometheus();
  await docker('network', 'create', stack);
  const values = { scrape_interval: '1s', scrape_timeout: '1s', server_port: '5000' };
  const authorization = '{"credentials_file":"/etc/prometheus/scrape-token","type":"Bearer"}';
  await upload(t, {
    image: prometheus,
    path: '/etc/prometheus',
    files: await prometheusFiles({ ...values, authorization, alertmanagers: '[]' }, server),
    secrets: { 'scrape-token': tokens.prometheus },
    owner: '65534:65534',
  });
  await upload(t, {
    image: server,
    path: '/etc/gitmon',
    files: { 'projects.txt': '# name url\n' },
    secrets: { 'access-tokens': `prometheus:${tokens.prometheus}\nops:${tokens.ops}\n` },
    owner: '10001:10001',
  });
  await startServer();
  await startPrometheusContainer();

  const { query, scraped } = connectPrometheus(await origin(prometheus));
  /** Asks after each scrape until so many series are there. */
  const answers = async (promql: string, count: number) => {
    for (let scrape = 0; scrape < 30; scrape++) {
      await scraped();
      const found = await query(promql);
      if (found.length === count) return found;
    }
    throw new Error(`${promql} has not got ${count} answers`);
  };
  const up = await answers('up == 1', 2);
  t.deepEqual(
    new Set(up.map(({ labels }) => labels['instance'])),
    new Set([`${server}:5000`, 'localhost:9090']),
  );
  const list = async (headers: Readonly<Record<string, string>>) =>
    (await fetch(`${await origin(server)}/list/nothing`, { headers })).status;
  t.is(await list({}), 401);
  t.is(await list({ authorization: `Bearer ${tokens.ops}` }), 404);
  const mode = await docker('exec', server, 'stat', '--format=%a %u', '/etc/gitmon/access-tokens');
  t.is(mode, '600 10001');
  for (const secret of Object.values(tokens)) {
    t.false((await docker('inspect', server, prometheus)).includes(secret));
  }
  t.is((await answers(earlierQueries.failed.list, 1))[0]?.value, 1);
  t.is((await answers(recorded.errorRatio.name, 1))[0]?.value, 0);

  await takeDown();
  t.deepEqual(await left(), { containers: [], volumes: [], networks: [], images: [] });
});
