import { chmod, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { spellings, toThoseWhoKnow } from '../kit/basic-auth.ts';
import { everyFile } from '../kit/every-file.ts';
import { pausedAnswer } from '../kit/paused-answer.ts';
import { startHttpsGitServer } from '../kit/https-git-server.ts';
import { processesWith, processesWithArgument } from '../kit/processes.ts';
import { program, startProgram } from '../kit/program.ts';
import { createRepository } from '../kit/repository.ts';
import { add } from '../kit/running-server.ts';
import { temporaryDirectory } from '../kit/temporary-directory.ts';

const known = { user: 'ada', password: `zqS3cr/et:Tk@% "wörd"` };

/** A git server that asks who is there, and the settings that know. */
async function startPrivateRemote(t: ExecutionContext) {
  const root = await temporaryDirectory(t);
  const repository = await createRepository(join(root, 'x.git'));
  await repository.linear(3);
  const { server: remote, caFile } = await startHttpsGitServer(root);
  t.teardown(() => remote.close());
  remote.answers.set('private', toThoseWhoKnow(known));
  const file = join(await temporaryDirectory(t), 'credentials');
  const line = (password: string) =>
    `https://${known.user}:${encodeURIComponent(password)}@${new URL(remote.origin).host}/private\n`;
  await writeFile(file, line(known.password), { mode: 0o600 });
  const data = join(await temporaryDirectory(t), 'data');
  const env = {
    CA_FILE: caFile,
    CREDENTIALS_FILE: file,
    DATA_DIR: data,
    TMPDIR: await temporaryDirectory(t),
  };
  return { repository, remote, file, line, data, env, url: `${remote.origin}/private/x.git` };
}

test('a repository that is not public is added and refreshed, and its password is nowhere to be seen', async (t) => {
  const { repository, remote, data, env, url } = await startPrivateRemote(t);
  const server = await startProgram({ ...env, LOG_LEVEL: 'trace' });
  t.teardown(() => server.stop('SIGKILL'));
  const seen: string[] = [];
  const scan = (sink: string, text: string) => {
    for (const spelling of spellings(known)) if (text.includes(spelling)) seen.push(sink);
  };
  const read = async (sink: string, answer: Response) => {
    scan(sink, `${JSON.stringify([...answer.headers])}${await answer.text()}`);
    return answer.status;
  };

  // Git waits for an answer that it has sent the password for.
  const { answer, asked, open } = pausedAnswer();
  remote.answers.set('private', toThoseWhoKnow(known, answer));
  const adding = add(server, 'x', url);
  await asked;
  t.true((await processesWith(`GITMON_PASSWORD=${known.password}`)).length > 0);
  for (const spelling of spellings(known)) {
    t.deepEqual(await processesWithArgument(spelling), [], 'ps');
  }
  scan('data directory while git runs', await everyFile(data));
  open();
  t.is(await read('add', await adding), 200);

  await repository.branch('main', await repository.commit({ message: 'news' }));
  t.is(await read('add again', await add(server, 'x', url)), 200);
  remote.answers.set('private', toThoseWhoKnow({ ...known, password: 'another' }));
  t.is(await read('refused', await add(server, 'x', url)), 500);
  const withUserInfo = url.replace('://', `://ada:${encodeURIComponent(known.password)}@`);
  const refused = await add(server, 'y', withUserInfo);
  t.regex(await refused.clone().text(), /CREDENTIALS_FILE/);
  t.is(await read('userinfo', refused), 400);

  for (const path of [
    '/',
    '/list/x',
    '/json/x',
    '/metrics',
    '/api/v1/projects/x',
    '/feed/x.atom',
  ]) {
    t.is(await read(path, await fetch(`${server.url}${path}`)), 200, path);
  }
  const { stderr } = await server.stop();
  scan('stderr', stderr);
  scan('log', server.log());
  scan('database and data directory', await everyFile(data));
  t.deepEqual(seen, []);
  t.regex(server.log(), /"outcome":"auth"/);
});

test('a file that changes is read again; a bad one keeps what was, and its line is logged', async (t) => {
  const { remote, file, line, env, url } = await startPrivateRemote(t);
  const server = await startProgram(env);
  t.teardown(() => server.stop('SIGKILL'));
  t.is((await add(server, 'x', url)).status, 200);
  await writeFile(file, `# new\nhttps://zqS3crTk\n`);
  t.is((await add(server, 'x', url)).status, 200);
  await server.logged(/"level":40.*CREDENTIALS_FILE=.*: line 2: expected https:\/\/user:password@/);

  remote.answers.set('private', toThoseWhoKnow({ ...known, password: 'a new one' }));
  t.is((await add(server, 'x', url)).status, 500);
  await writeFile(file, line('a new one'));
  t.is((await add(server, 'x', url)).status, 200);
  await server.stop();
  t.notRegex(server.log(), /zqS3cr/);
});

test('a file that others may read stops the start with one line', async (t) => {
  const { file, env } = await startPrivateRemote(t);
  await chmod(file, 0o644);
  for (const command of [['serve'], ['log', 'https://127.0.0.1:1/x.git']]) {
    const { exitCode, stderr } = await program(command, { env: { ...env, PORT: '0' } });
    t.is(exitCode, 2);
    t.is(
      stderr,
      `CREDENTIALS_FILE=${JSON.stringify(file)}: its mode is 0644, and 0600 is the most it may be; run chmod 600 on it\n`,
    );
  }
});

test('log prints the history of a repository that is not public', async (t) => {
  const { env, url } = await startPrivateRemote(t);
  const { exitCode, stdout, stderr } = await program(['log', url], { env });
  t.is(stderr, '');
  t.is(exitCode, 0);
  t.is(stdout.trim().split('\n').length, 3);
  const missing = await program(['log', url], { env: { ...env, CREDENTIALS_FILE: '' } });
  t.is(missing.exitCode, 1);
  t.regex(missing.stderr, /^error: The repository is not public; .*CREDENTIALS_FILE/);
});
