import { join } from 'node:path';
import { writeFile } from 'node:fs/promises';
import test, { type ExecutionContext } from 'ava';
import { z } from 'zod';
import { hang } from './helpers/git-faults.ts';
import { serve } from './helpers/git-backend.ts';
import { startGitServer } from './helpers/git-server.ts';
import { endAll } from './helpers/processes.ts';
import { startProgram, type RunningServer } from './helpers/program.ts';
import { createRepository } from './helpers/repository.ts';
import { add } from './helpers/started.ts';
import { temporaryDirectory } from './helpers/temporary-directory.ts';

const facts = z.object({
  state: z.string(),
  lastOutcome: z.string().nullable(),
  nextRefreshAt: z.number().nullable(),
});

async function projectOf({ url }: RunningServer, name: string) {
  return facts.parse(await (await fetch(`${url}/api/v1/projects/${name}`)).json());
}

/** A remote of two repositories, and a server that can be started again and again. `/turn/x.git` is one of them until it hangs. */
async function restartable(t: ExecutionContext) {
  const root = await temporaryDirectory(t);
  const remote = await startGitServer(root);
  t.teardown(() => remote.close());
  for (const name of ['x.git', 'y.git']) await (await createRepository(join(root, name))).linear(3);
  remote.answers.set('turn', serve());
  remote.answers.set('beside', serve());
  const data = join(await temporaryDirectory(t), 'data');
  t.teardown(() => endAll(`GIT_MONITORING_SERVER=${data}`));
  const start = async (env: Readonly<Record<string, string>> = {}) => {
    const server = await startProgram({
      DATA_DIR: data,
      REFRESH_MIN_SECONDS: '1',
      REFRESH_MAX_SECONDS: '60',
      ...env,
    });
    t.teardown(() => server.stop('SIGKILL'));
    return server;
  };
  /** Waits for the next request below a first part of a path. */
  const asked = async (part: string) => {
    for (;;) {
      const request = await remote.nextRequest();
      if (request.path.startsWith(`/${part}/`)) return;
    }
  };
  return { remote, start, asked };
}

test.serial(
  'a project whose fetch ends the server is fetched later after each start',
  async (t) => {
    const { remote, start, asked } = await restartable(t);
    let server = await start();
    t.is((await add(server, 'x', `${remote.origin}/turn/x.git`)).status, 200);
    t.is((await add(server, 'y', `${remote.origin}/beside/y.git`)).status, 200);
    remote.answers.set('turn', hang);
    const waits: number[] = [];
    for (let starts = 0; starts < 4; starts++) {
      await asked('turn');
      await server.stop('SIGKILL');
      server = await start();
      const began = performance.now();
      const project = await projectOf(server, 'x');
      t.like(project, { state: 'failing', lastOutcome: 'internal' });
      await asked('beside');
      waits.push(
        (project.nextRefreshAt ?? 0) - Date.now() / 1000 + (performance.now() - began) / 1000,
      );
    }
    // Some of it went by while the server started.
    t.true((waits[3] ?? 0) > 8, waits.join(' '));
    t.is((await fetch(`${server.url}/readyz`)).status, 200);
    remote.answers.set('turn', serve());
    t.is((await add(server, 'x', `${remote.origin}/turn/x.git`)).status, 200);
    t.like(await projectOf(server, 'x'), { state: 'up', lastOutcome: 'ok' });
  },
);

test.serial('so is one of PROJECTS_FILE, also one that has another url now', async (t) => {
  const { remote, start, asked } = await restartable(t);
  const first = await start();
  t.is((await add(first, 'changed', `${remote.origin}/beside/y.git`)).status, 200);
  await first.stop();
  remote.answers.set('turn', hang);
  const file = join(await temporaryDirectory(t), 'projects');
  const begin = remote.requests.length;
  await writeFile(file, `new ${remote.origin}/turn/x.git\nchanged ${remote.origin}/turn/y.git\n`);
  for (let starts = 0; starts < 4; starts++) {
    const arrival = asked('turn');
    const server = await start({ PROJECTS_FILE: file });
    await arrival;
    await server.stop('SIGKILL');
  }
  const server = await start({ PROJECTS_FILE: file });
  t.like(await projectOf(server, 'new'), { state: 'pending', lastOutcome: 'internal' });
  t.is((await fetch(`${server.url}/readyz`)).status, 200);
  t.is((await fetch(`${server.url}/json/changed`)).status, 200);
  const own = remote.requests.slice(begin).filter(({ path }) => path.startsWith('/turn/'));
  // Two urls: without a backoff each would have been asked at each of the five starts.
  t.true(own.length < 10, String(own.length));
  await server.logged(/an earlier process ended while this was fetched/);
});

test.serial(
  'a server that is told to end amid a fetch does not hold it against the project',
  async (t) => {
    const { remote, start, asked } = await restartable(t);
    const server = await start();
    t.is((await add(server, 'x', `${remote.origin}/turn/x.git`)).status, 200);
    remote.answers.set('turn', hang);
    await asked('turn');
    t.is((await server.stop()).exitCode, 0);
    remote.answers.set('turn', serve());
    const again = await start();
    t.like(await projectOf(again, 'x'), { state: 'up', lastOutcome: 'ok' });
    t.false(again.log().includes('an earlier process ended'));
    await again.stop();
  },
);
