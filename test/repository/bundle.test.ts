import { once } from 'node:events';
import { join } from 'node:path';
import test from 'ava';
import { execa } from 'execa';
import { startGitRemote } from '../kit/git-remote.ts';
import { built, startProgram } from '../kit/program.ts';
import { createRepository } from '../kit/repository.ts';
import { temporaryDirectory } from '../kit/temporary-directory.ts';

const root = join(import.meta.dirname, '../..');

test('what npm start runs does the whole job', async (t) => {
  const { root: served, server: remote } = await startGitRemote(t);
  const tip = await (await createRepository(join(served, 'x.git'))).linear(3);
  const server = await startProgram({ DATA_DIR: await temporaryDirectory(t) });
  t.teardown(() => server.stop('SIGKILL'));
  const ask = async (path: string, init?: RequestInit) => {
    const answer = await fetch(server.url + path, init);
    return { status: answer.status, text: await answer.text() };
  };
  const url = `${remote.origin}/x.git`;
  const added = await ask('/add/x', { method: 'POST', body: url });
  t.is(added.text, JSON.stringify({ name: 'x', url, commits: 3, tip }));
  t.is((await ask('/add/y', { method: 'POST', body: 'http://host.invalid/' })).status, 500);
  t.true((await ask('/list/x')).text.includes(`data-sha="${tip}"`));
  for (const path of ['/', '/json/x', '/metrics', '/static/pico.min.css', '/static/site.css']) {
    t.is((await ask(path)).status, 200, path);
  }
  t.is((await server.stop()).exitCode, 0);
});

test('what npm run log runs prints a history', async (t) => {
  const { root: served, server: remote } = await startGitRemote(t);
  await (await createRepository(join(served, 'x.git'))).linear(3);
  const { stdout } = await execa(process.execPath, [built, 'log', `${remote.origin}/x.git`]);
  t.is(stdout.split('\n').length, 3);
});

test('a signal to npm alone ends the server, too', async (t) => {
  // Without what comes before a start: other tests use the bundle meanwhile.
  const npm = execa('npm', ['start', '--ignore-scripts'], {
    cwd: root,
    env: { PORT: '0', DATA_DIR: await temporaryDirectory(t) },
    reject: false,
  });
  t.teardown(() => npm.kill());
  let said = '';
  while (!said.includes('Listening')) said += String(await once(npm.stderr, 'data'));
  const [, url = ''] = /Listening on (\S+)/.exec(said) ?? [];
  t.is((await fetch(`${url}/healthz`)).status, 200);
  npm.kill('SIGTERM');
  await npm;
  await t.throwsAsync(fetch(`${url}/healthz`));
});
