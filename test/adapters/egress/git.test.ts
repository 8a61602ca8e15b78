import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import type { EgressSession } from '../../../adapters/egress/session.ts';
import { startGitServer } from '../../kit/git-server.ts';
import { runGit } from '../../kit/git.ts';
import { startHttpsGitServer } from '../../kit/https-git-server.ts';
import { createRepository } from '../../kit/repository.ts';
import { temporaryDirectory } from '../../kit/temporary-directory.ts';
import { openPass, startRemote } from './through-proxy.ts';

async function repository(t: ExecutionContext) {
  const root = await temporaryDirectory(t);
  const made = await createRepository(join(root, 'x.git'));
  const tip = await made.linear(200);
  return { root, tip };
}

function throughProxy(
  root: string,
  { proxyUrl }: EgressSession,
  args: readonly string[],
  caFile?: string,
) {
  const config: readonly (readonly [string, string])[] = [
    ['http.proxy', proxyUrl],
    ['http.proxyAuthMethod', 'basic'],
    ...(caFile === undefined ? [] : [['http.sslCAInfo', caFile] as const]),
  ];
  const env = config.flatMap(([key, value], index): [string, string][] => [
    [`GIT_CONFIG_KEY_${index}`, key],
    [`GIT_CONFIG_VALUE_${index}`, value],
  ]);
  return runGit(root, args, {
    env: { GIT_CONFIG_COUNT: String(config.length), ...Object.fromEntries(env) },
  });
}

test('git lists and fetches through the proxy by http', async (t) => {
  const { root, tip } = await repository(t);
  const server = await startGitServer(root);
  t.teardown(() => server.close());
  const pass = await openPass(t);
  const url = `${server.origin}/x.git`;

  const listed = await throughProxy(root, pass, ['ls-remote', url, 'HEAD']);
  t.is(listed.stdout.toString(), `${tip}\tHEAD\n`);
  const before = pass.receivedBytes();
  t.true(before > 0);

  const cloned = await throughProxy(root, pass, ['clone', '--quiet', '--bare', url, 'copy.git']);
  t.is(cloned.exitCode, 0, cloned.stderr);
  const sent = server.requests.reduce((sum, request) => sum + request.bytesSent, 0);
  t.is(pass.receivedBytes(), sent);
  t.is(pass.failure(), undefined);
});

test('git fetches through the proxy by https, with the certificate checked', async (t) => {
  const { root, tip } = await repository(t);
  const { server, caFile } = await startHttpsGitServer(root);
  t.teardown(() => server.close());
  const pass = await openPass(t);
  const url = `${server.origin}/x.git`;

  const untrusted = await throughProxy(root, pass, ['ls-remote', url, 'HEAD']);
  t.is(untrusted.exitCode, 128);
  t.is(server.requests.length, 0);
  t.is(pass.failure(), undefined);

  const listed = await throughProxy(root, pass, ['ls-remote', url, 'HEAD'], caFile);
  t.is(listed.stdout.toString(), `${tip}\tHEAD\n`);
  const cloned = await throughProxy(
    root,
    pass,
    ['clone', '--quiet', '--bare', url, 'copy.git'],
    caFile,
  );
  t.is(cloned.exitCode, 0, cloned.stderr);
  t.true(pass.receivedBytes() > server.requests.reduce((sum, { bytesSent }) => sum + bytesSent, 0));
  t.is(pass.failure(), undefined);
});

test('a redirect to an address that is not allowed is blocked, and no connection made', async (t) => {
  const { root } = await repository(t);
  const server = await startGitServer(root);
  t.teardown(() => server.close());
  const inside = await startRemote(t, () => {});
  for (const scheme of ['http', 'https']) {
    server.answers.set('away', ({ response, path, query }) => {
      const location = `${scheme}://[::ffff:127.0.0.1]:${inside.port}${path}?${query}`;
      response.writeHead(302, { location }).end();
    });
    const pass = await openPass(t, { policy: (address) => address === '127.0.0.1' });
    const listed = await throughProxy(root, pass, ['ls-remote', `${server.origin}/away/x.git`]);
    t.is(listed.exitCode, 128);
    t.is(pass.failure(), 'blocked');
  }
  t.is(server.requests.length, 2);
  t.is(inside.connections(), 0);
});
