import { join } from 'node:path';
import { writeFile } from 'node:fs/promises';
import test, { type ExecutionContext } from 'ava';
import { z } from 'zod';
import { hang } from '../kit/git-faults.ts';
import { serve } from '../kit/git-backend.ts';
import { startGitRemote } from '../kit/git-remote.ts';
import { endAll } from '../kit/processes.ts';
import { startProgram, type RunningServer } from '../kit/program.ts';
import { createRepository } from '../kit/repository.ts';
import { add } from '../kit/running-server.ts';
import { temporaryDirectory } from '../kit/temporary-directory.ts';

const facts = z.object({
  state: z.string(),
  lastOutcome: z.string().nullable(),
});

async function projectOf({ url }: RunningServer, name: string) {
  return facts.parse(await (await fetch(`${url}/api/v1/projects/${name}`)).json());
}

/** A remote of two repositories, and a server that can be started again and again. `/turn/x.git` is one of them until it hangs. */
async function restartable(t: ExecutionContext) {
  const { root, server: remote } = await startGitRemote(t);
  for (const name of ['x.git', 'y.git']) await (await createRepository(join(root, name))).linear(3);
  remote.answers.set('turn', serve());
  remote.answers.set('beside', serve());
  const data = join(await temporaryDirectory(t), 'data');
  t.teardown(() => endAll(`GIT_MONITORING_SERVER=${data}`));
  const start = async (env: Readonly<Record<string, string>> = {}) => {
    const server = await startProgram({
      DATA_DIR: data,
      REFRESH_MIN_SECONDS: '1',
      REFRESH_MAX_SECONDS: '5',
      ...env,
    });
    t.teardown(() => server.stop('SIGKILL'));
    return server;
  };
  /** Waits for a request below a first part of a path, after so many requests. */
  const asked = async (part: string, after: number) => {
    const isAsked = () =>
      remote.requests.slice(after).some(({ path }) => path.startsWith(`/${part}/`));
    while (!isAsked()) await remote.nextRequest();
  };
  return { remote, start, asked };
}

test('a project whose fetch ends the server is failing after each start, and others are refreshed', async (t) => {
  const { remote, start, asked } = await restartable(t);
  let server = await start();
  t.is((await add(server, 'x', `${remote.origin}/turn/x.git`)).status, 200);
  t.is((await add(server, 'y', `${remote.origin}/beside/y.git`)).status, 200);
  let before = remote.requests.length;
  remote.answers.set('turn', hang);
  for (let starts = 0; starts < 4; starts++) {
    await asked('turn', before);
    await server.stop('SIGKILL');
    before = remote.requests.length;
    server = await start();
    t.like(await projectOf(server, 'x'), { state: 'failing', lastOutcome: 'internal' });
    await asked('beside', before);
  }
  t.is((await fetch(`${server.url}/readyz`)).status, 200);
  t.like(await projectOf(server, 'x'), { state: 'failing' });
});

test('so is one of PROJECTS_FILE, also one that has another url now', async (t) => {
  const { remote, start, asked } = await restartable(t);
  const first = await start();
  t.is((await add(first, 'changed', `${remote.origin}/beside/y.git`)).status, 200);
  await first.stop();
  remote.answers.set('turn', hang);
  const file = join(await temporaryDirectory(t), 'projects');
  await writeFile(file, `new ${remote.origin}/turn/x.git\nchanged ${remote.origin}/turn/y.git\n`);
  for (let starts = 0; starts < 4; starts++) {
    const before = remote.requests.length;
    const server = await start({ PROJECTS_FILE: file });
    await asked('turn', before);
    await server.stop('SIGKILL');
  }
  const server = await start({ PROJECTS_FILE: file });
  t.like(await projectOf(server, 'new'), { state: 'pending', lastOutcome: 'internal' });
  t.is((await fetch(`${server.url}/readyz`)).status, 200);
  t.is((await fetch(`${server.url}/json/changed`)).status, 200);
  await server.logged(/an earlier process ended while this was fetched/);
});

test('a server that is told to end amid a fetch does not hold it against the project', async (t) => {
  const { remote, start, asked } = await restartable(t);
  const server = await start();
  t.is((await add(server, 'x', `${remote.origin}/turn/x.git`)).status, 200);
  const before = remote.requests.length;
  remote.answers.set('turn', hang);
  await asked('turn', before);
  t.is((await server.stop()).exitCode, 0);
  remote.answers.set('turn', serve());
  const again = await start();
  t.like(await projectOf(again, 'x'), { state: 'up', lastOutcome: 'ok' });
  t.false(again.log().includes('an earlier process ended'));
  await again.stop();
});
