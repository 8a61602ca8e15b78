import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { publicAddresses } from '../../../adapters/egress/address-policy.ts';
import { chooseUpstream, type UpstreamRules } from '../../../adapters/egress/upstream.ts';
import { closedPort } from '../../kit/closed-port.ts';
import { startGitServer } from '../../kit/git-server.ts';
import { startHttpsGitServer } from '../../kit/https-git-server.ts';
import { createRepository } from '../../kit/repository.ts';
import { temporaryDirectory } from '../../kit/temporary-directory.ts';
import { startUpstreamProxy } from '../../kit/upstream-proxy.ts';
import { startGit, type TestGitOptions } from '../../kit/git-fixture.ts';
import { startRemote } from './through-proxy.ts';

const [HTTP_PROXY, HTTPS_PROXY] = ['http://plain.test:3128', 'http://secure.test:3128'];

for (const [exceptions, url, isDirect] of [
  ['', 'http://git.example.org/', false],
  ['*', 'http://git.example.org/', true],
  ['*.example.org', 'http://git.example.org/', false],
  ['example.org', 'http://example.org/', true],
  ['example.org', 'http://git.example.org/', true],
  ['example.org', 'https://a.git.example.org:8443/', true],
  ['.example.org', 'http://git.example.org/', true],
  ['.example.org', 'http://example.org/', true],
  ['EXAMPLE.org.', 'http://git.example.org/', true],
  ['example.org', 'http://git.example.org./', true],
  ['example.org', 'http://notexample.org/', false],
  ['git.example.org', 'http://example.org/', false],
  ['org', 'http://example.org/', true],
  ['example.org:8080', 'http://example.org:8080/', true],
  ['example.org:8080', 'http://example.org/', false],
  ['example.org:80', 'http://example.org/', true],
  ['example.org:443', 'https://example.org/', true],
  ['localhost', 'http://localhost:5000/', true],
  ['10.0.0.1', 'http://10.0.0.1/', true],
  ['10.0.0.1:81', 'http://10.0.0.1/', false],
  ['0.0.1', 'http://10.0.0.1/', false],
  ['10.0.0.0/8', 'http://10.1.2.3/', true],
  ['10.0.0.0/8', 'http://11.1.2.3/', false],
  ['10.0.0.0/8', 'http://10.example.org/', false],
  ['::1', 'http://[::1]:5000/', true],
  ['[::1]', 'http://[::1]:5000/', true],
  ['[::1]:5000', 'http://[::1]:5000/', true],
  ['[::1]:5001', 'http://[::1]:5000/', false],
  ['fd00::/8', 'http://[fd12::1]/', true],
  ['fd00::/8', 'http://[fe12::1]/', false],
  ['example.net,example.org', 'http://example.org/', true],
] as const) {
  test(`with NO_PROXY=${exceptions} the way to ${url} is ${isDirect ? 'direct' : 'by a proxy'}`, (t) => {
    const NO_PROXY = exceptions.split(',').filter((entry) => entry !== '');
    const { protocol, hostname, port } = new URL(url);
    const scheme = protocol === 'http:' ? 'http' : 'https';
    const host = hostname.replace(/^\[(.*)\]$/, '$1');
    const target = { scheme, host, port: Number(port) || (scheme === 'http' ? 80 : 443) } as const;
    const chosen = chooseUpstream({ HTTP_PROXY, HTTPS_PROXY, NO_PROXY })(target);
    t.is(chosen, isDirect ? undefined : scheme === 'http' ? HTTP_PROXY : HTTPS_PROXY);
  });
}

/** A git server of each kind, and a repository on both. */
async function startUpstream(t: ExecutionContext) {
  const root = await temporaryDirectory(t);
  const tip = await (await createRepository(join(root, 'x.git'))).linear(200);
  const plain = await startGitServer(root);
  const { server: secure, caFile } = await startHttpsGitServer(root);
  t.teardown(() => Promise.all([plain.close(), secure.close()]));
  const open = (rules: Partial<UpstreamRules>, options: TestGitOptions = {}) =>
    startGit(t, {
      caFile,
      ...options,
      upstream: chooseUpstream({ NO_PROXY: [], ...rules }),
    });
  return { plain, secure, tip, open };
}

test('git fetches through the proxy that its scheme names, and what arrives is counted', async (t) => {
  const { plain, secure, tip, open } = await startUpstream(t);
  const upstream = await startUpstreamProxy(t, { known: 'com pany:p@ny/%' });
  const proxy = upstream.url.replace('://', '://com%20pany:p%40ny%2F%25@');
  const { port } = await open({ HTTP_PROXY: proxy, HTTPS_PROXY: proxy });
  for (const [server, asked] of [
    [plain, `GET ${plain.origin}/x.git/info/refs?service=git-upload-pack`],
    [secure, `CONNECT ${new URL(secure.origin).host}`],
  ] as const) {
    const before = upstream.requests.length;
    const fetched = await port.fetch({ url: `${server.origin}/x.git` });
    t.like(fetched, { outcome: 'ok', tip });
    t.is(upstream.requests[before], asked);
    const sent = server.requests.reduce((sum, { bytesSent }) => sum + bytesSent, 0);
    const counted = fetched.outcome === 'ok' ? fetched.receivedBytes : 0;
    t.true(counted >= sent && counted < sent + 20_000, `${counted} of ${sent}`);
  }
  // The secret of the own proxy stays here.
  const sender = `Basic ${Buffer.from('com pany:p@ny/%').toString('base64')}`;
  t.deepEqual(new Set(upstream.senders), new Set([sender]));
  t.deepEqual(
    plain.requests.filter(({ headers }) => headers['proxy-authorization'] !== undefined),
    [],
  );
});

test('NO_PROXY and the other scheme go without it', async (t) => {
  const { plain, secure, open } = await startUpstream(t);
  const { url, requests } = await startUpstreamProxy(t);
  const without = await open({ HTTP_PROXY: url, HTTPS_PROXY: url, NO_PROXY: ['127.0.0.0/8'] });
  const secured = await open({ HTTPS_PROXY: url });
  for (const { port, server } of [
    { ...without, server: plain },
    { ...without, server: secure },
    { ...secured, server: plain },
  ]) {
    t.is((await port.fetch({ url: `${server.origin}/x.git` })).outcome, 'ok');
  }
  t.deepEqual(requests, []);
});

test('a redirect is led on by the proxy of where it leads to', async (t) => {
  const { plain, secure, tip, open } = await startUpstream(t);
  plain.answers.set('up', ({ response, path, query }) => {
    response.writeHead(302, { location: `${secure.origin}${path}?${query}` }).end();
  });
  const { url, requests } = await startUpstreamProxy(t);
  const { port } = await open({ HTTPS_PROXY: url });
  t.like(await port.fetch({ url: `${plain.origin}/up/x.git` }), { outcome: 'ok', tip });
  t.deepEqual(new Set(requests), new Set([`CONNECT ${new URL(secure.origin).host}`]));
});

test('a target that is not allowed is blocked before the proxy hears of it', async (t) => {
  const inside = await startRemote(t, () => {});
  const { plain, secure, open } = await startUpstream(t);
  const { url, requests } = await startUpstreamProxy(t);
  const resolve = (host: string) =>
    host === 'mixed.test'
      ? Promise.resolve([
          { address: '203.0.113.1', family: 4 },
          { address: '10.0.0.1', family: 4 },
        ])
      : Promise.resolve([{ address: '127.0.0.1', family: 4 }]);
  const options = { policy: publicAddresses([]), resolve };
  const { port } = await open({ HTTP_PROXY: url, HTTPS_PROXY: url }, options);
  for (const scheme of ['http', 'https']) {
    for (const host of ['127.0.0.1', '[::ffff:7f00:1]', '10.0.0.1', 'localhost', 'mixed.test']) {
      const target = `${scheme}://${host}:${inside.port}/x.git`;
      t.is((await port.fetch({ url: target })).outcome, 'blocked', target);
    }
  }
  t.deepEqual(requests, []);
  t.is(inside.connections() + plain.requests.length + secure.requests.length, 0);
});

test('a name that only the proxy knows is for the proxy to judge', async (t) => {
  const { plain, secure, tip, open } = await startUpstream(t);
  const { url } = await startUpstreamProxy(t, { addresses: { localhost: '127.0.0.1' } });
  const options = {
    policy: publicAddresses([]),
    resolve: () => Promise.reject(new Error('ENOTFOUND')),
  };
  const { port } = await open({ HTTP_PROXY: url, HTTPS_PROXY: url }, options);
  for (const { origin } of [plain, secure]) {
    const target = `${origin.replace('127.0.0.1', 'localhost')}/x.git`;
    t.like(await port.fetch({ url: target }), { outcome: 'ok', tip }, target);
  }
});

test('a proxy that is not there, or refuses, is an outcome of its own', async (t) => {
  const { plain, secure, open } = await startUpstream(t);
  const gone = `http://127.0.0.1:${await closedPort(t)}`;
  const none = await open({ HTTP_PROXY: gone, HTTPS_PROXY: gone });
  for (const { origin } of [plain, secure]) {
    t.is((await none.port.fetch({ url: `${origin}/x.git` })).outcome, 'connect', origin);
  }
  for (const options of [{ refuses: 403 }, { refuses: 502 }, { known: 'who:knows' }]) {
    const { url } = await startUpstreamProxy(t, options);
    const { port } = await open({ HTTPS_PROXY: url });
    const fetched = await port.fetch({ url: `${secure.origin}/x.git` });
    t.is(fetched.outcome, 'connect', JSON.stringify(options));
  }
  t.is(plain.requests.length + secure.requests.length, 0);
});

test('what arrives through the proxy counts against the limit of bytes', async (t) => {
  const { plain, secure, open } = await startUpstream(t);
  const { url } = await startUpstreamProxy(t);
  const { port } = await open({ HTTP_PROXY: url, HTTPS_PROXY: url }, { maxBytes: 5000 });
  for (const { origin } of [plain, secure]) {
    t.is((await port.fetch({ url: `${origin}/x.git` })).outcome, 'too_large', origin);
  }
});
