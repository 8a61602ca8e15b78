import test from 'ava';
import { spellings } from '../kit/basic-auth.ts';
import { everyFile } from '../kit/every-file.ts';
import { pausedAnswer } from '../kit/paused-answer.ts';
import { processesWithArgument } from '../kit/processes.ts';
import { program } from '../kit/program.ts';
import { add, startedApp } from '../kit/running-server.ts';
import { startUpstreamProxy } from '../kit/upstream-proxy.ts';

const known = { user: 'com pany', password: 'zqS3cr/et:Tk@%' };
const userInfo = `${encodeURIComponent(known.user)}:${encodeURIComponent(known.password)}@`;

test("the environment's proxy leads to repositories, and its password is nowhere to be seen", async (t) => {
  const upstream = await startUpstreamProxy(t, { known: `${known.user}:${known.password}` });
  const proxy = upstream.url.replace('://', `://${userInfo}`);
  const { server, remote, repository, data } = await startedApp(t, {
    http_proxy: proxy,
    HTTP_PROXY: 'http://other.invalid:3128',
    LOG_LEVEL: 'trace',
  });
  await repository.linear(3);
  const { answer, asked, open } = pausedAnswer();
  remote.answers.set('held', answer);
  const adding = add(server, 'x', `${remote.origin}/held/x.git`);
  await asked;
  for (const spelling of spellings(known)) {
    t.deepEqual(await processesWithArgument(spelling), [], 'ps');
  }
  open();
  const texts = [await (await adding).text()];
  t.regex(texts.join(), /"commits":3/);
  t.true(upstream.requests.length > 0);
  const failed = await add(server, 'y', `${remote.origin}/status-404/x.git`);
  t.is(failed.status, 500);
  texts.push(await failed.text());
  for (const path of ['/', '/list/x', '/json/x', '/metrics', '/api/v1/projects/x']) {
    texts.push(await (await fetch(`${server.url}${path}`)).text());
  }
  const { stderr } = await server.stop();
  texts.push(stderr, server.log(), await everyFile(data));
  for (const spelling of spellings(known)) t.false(texts.join('\n').includes(spelling), spelling);
});

test('a proxy that cannot be used stops the start, and its value is not repeated', async (t) => {
  for (const value of [
    'socks5://user:sEcret@127.0.0.1:1080',
    'https://user:sEcret@127.0.0.1',
    'http://user:sEcret@',
    'http://user:sEcret@127.0.0.1/path',
    'http://us%3Aer:sEcret@127.0.0.1',
    'http://user:sEcret%@127.0.0.1',
  ]) {
    const { exitCode, stderr } = await program(['serve'], { env: { https_proxy: value } });
    t.is(exitCode, 2, value);
    t.is(
      stderr,
      'HTTPS_PROXY: expected a proxy such as http://user:password@proxy.example.org:3128\n',
    );
  }
});

test('log goes through the proxy, too', async (t) => {
  const upstream = await startUpstreamProxy(t, { known: `${known.user}:${known.password}` });
  const { remote, repository, tmp } = await startedApp(t);
  await repository.linear(3);
  const { host } = new URL(upstream.url);
  const url = `${remote.origin}/x.git`;
  const env = { TMPDIR: tmp, HTTP_PROXY: `${userInfo}${host}` };
  const { exitCode, stdout, stderr } = await program(['log', url], { env });
  t.is(stderr, '');
  t.is(exitCode, 0);
  t.is(stdout.trim().split('\n').length, 3);
  t.true(upstream.requests.length > 0);

  const before = upstream.requests.length;
  const direct = await program(['log', url], { env: { ...env, no_proxy: '127.0.0.1' } });
  t.is(direct.exitCode, 0);
  t.is(upstream.requests.length, before);
  const gone = await program(['log', url], { env: { ...env, HTTP_PROXY: 'http://127.0.0.1:1' } });
  t.is(gone.exitCode, 1);
  t.regex(gone.stderr, /^error: The host does not accept connections/);
});
