/** Builds the image and runs it, where there is a Docker engine. BASE_IMAGE names another base than the Dockerfile's. */
import { once } from 'node:events';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { execa } from 'execa';
import { z } from 'zod';
import { createRepository } from '../kit/repository.ts';
import { temporaryDirectory } from '../kit/temporary-directory.ts';
import { base, build, docker, dockerRuns, hardened, logged, root, uniqueName } from './docker.ts';

const run = uniqueName();
const runs = await dockerRuns();

/** A server as it should be run, and a git server that shares its loopback. */
async function startContainer(t: ExecutionContext, ...options: readonly string[]) {
  const name = uniqueName();
  t.teardown(() => docker('rm', '--force', '--volumes', `${name}-remote`, name));
  await docker(
    'run',
    '--detach',
    `--name=${name}`,
    '--publish=127.0.0.1:0:5000',
    '--health-interval=1s',
    ...hardened,
    ...options,
    run,
  );
  const served = await temporaryDirectory(t);
  const repository = await createRepository(join(served, 'x.git'));
  const tip = await repository.linear(3);
  const remote = execa('docker', [
    'run',
    `--name=${name}-remote`,
    `--network=container:${name}`,
    '--user=0:0',
    `--volume=${root}:/repo:ro`,
    `--volume=${served}:/srv:ro`,
    '--entrypoint=node',
    run,
    '--input-type=module',
    '--eval',
    "const { startGitServer } = await import('/repo/test/helpers/git-server.ts'); console.log((await startGitServer('/srv')).origin);",
  ]);
  remote.catch(() => {});
  const [line] = z.tuple([z.instanceof(Buffer)]).parse(await once(remote.stdout, 'data'));
  const url = async () => `http://${await docker('port', name, '5000/tcp')}`;
  await logged(name, 'Listening');
  return { name, url, tip, origin: line.toString().trim() };
}

/** Waits until Docker says that a container is well since its last start. */
async function healthy(name: string): Promise<void> {
  const since = await docker('inspect', '--format={{.State.StartedAt}}', name);
  const filters = [`container=${name}`, 'event=health_status: healthy'];
  const events = execa(
    'docker',
    ['events', '--since', since, ...filters.flatMap((filter) => ['--filter', filter])],
    { reject: false, timeout: 60_000 },
  );
  try {
    await Promise.race([
      once(events.stdout, 'data'),
      events.then(() => Promise.reject(new Error(`${name} did not get well`))),
    ]);
  } finally {
    events.kill();
  }
}

test.before(async () => {
  if (runs) await build(run);
});
test.after.always(async () => {
  if (runs) await docker('rmi', '--force', run);
});

const withDocker = (title: string, body: (t: ExecutionContext) => Promise<void>) =>
  test.serial(title, async (t) => {
    if (runs) return body(t);
    t.log(`left out: ${title}, for there is no Docker engine`);
    t.pass();
  });

withDocker('the image is less than 200 MB above its base and says what it is', async (t) => {
  const size = async (image: string) =>
    Number(await docker('image', 'inspect', '--format={{.Size}}', image));
  t.true((await size(run)) - (await size(base)) < 200e6);
  const labels = await docker('image', 'inspect', '--format={{json .Config.Labels}}', run);
  t.like(JSON.parse(labels), {
    'org.opencontainers.image.title': 'git-monitoring-server',
    'org.opencontainers.image.base.name': base,
  });
});

withDocker('with a read-only root and no rights it adds, lists and measures', async (t) => {
  const { name, url, tip, origin } = await startContainer(t, '--env=ALLOWED_NETWORKS=127.0.0.0/8');
  await healthy(name);
  const server = await url();
  const ask = async (path: string, init?: RequestInit) => {
    const answer = await fetch(server + path, init);
    return `${answer.status} ${await answer.text()}`;
  };
  t.regex(await ask('/add/x', { method: 'POST', body: `${origin}/x.git` }), /^200 .*"commits":3/);
  t.regex(await ask('/json/x'), new RegExp(`^200 .*"sha":"${tip}"`));
  t.true((await ask('/list/x')).includes(`data-sha="${tip}"`));
  t.regex(await ask('/metrics'), /^request_count_total\{.*"\/add\/.*http_status="200"\} 1$/m);
  t.regex(await docker('exec', name, 'id'), /^uid=10001\S* gid=10001\S* groups=10001\S*$/);
  await t.throwsAsync(docker('exec', name, 'touch', '/app/x'), { message: /Read-only/ });
});

withDocker('like any exposed server it refuses addresses that are not public', async (t) => {
  const { url, origin } = await startContainer(t);
  const answer = await fetch(`${await url()}/add/x`, { method: 'POST', body: `${origin}/x.git` });
  t.like(await answer.json(), { outcome: 'blocked' });
});

withDocker(
  'it stops in under 10 seconds with 0 while a fetch hangs, and git is gone',
  async (t) => {
    const { name, url, origin } = await startContainer(t, '--env=ALLOWED_NETWORKS=127.0.0.0/8');
    const adding = fetch(`${await url()}/add/x`, { method: 'POST', body: `${origin}/hang/x.git` });
    const answered = adding.then(({ status }) => status);
    while (!(await docker('top', name)).includes('remote-http')) t.pass();
    const begin = performance.now();
    await docker('stop', '--time=10', name);
    t.true(performance.now() - begin < 10_000);
    t.is(await docker('inspect', '--format={{.State.ExitCode}}', name), '0');
    t.is(await answered, 503);
  },
);

withDocker('killed again and again, it starts again and has what it had', async (t) => {
  const { name, url, tip, origin } = await startContainer(t, '--env=ALLOWED_NETWORKS=127.0.0.0/8');
  await healthy(name);
  await fetch(`${await url()}/add/x`, { method: 'POST', body: `${origin}/x.git` });
  for (let round = 0; round < 5; round++) {
    await healthy(name);
    await docker('kill', name);
    await docker('start', name);
  }
  await t.notThrowsAsync(healthy(name));
  t.regex(await (await fetch(`${await url()}/json/x`)).text(), new RegExp(`"sha":"${tip}"`));
});

withDocker('the port is chosen by a build argument, or by a variable', async (t) => {
  const tag = await build(`${run}:port`, '--build-arg', 'port=8080');
  t.teardown(() => docker('rmi', '--force', tag));
  const config = (format: string) => docker('image', 'inspect', `--format=${format}`, tag);
  t.is(await config('{{json .Config.ExposedPorts}}'), '{"8080/tcp":{}}');
  t.regex(await config('{{json .Config.Env}}'), /"PORT=8080"/);
  const name = `${run}-port`;
  t.teardown(() => docker('rm', '--force', '--volumes', name));
  await docker('run', '--detach', `--name=${name}`, '--health-interval=1s', '--env=PORT=7000', tag);
  await healthy(name);
  t.regex(await docker('logs', name), /Listening on http:\/\/0\.0\.0\.0:7000\n/);
});
