import { once } from 'node:events';
import test from 'ava';
import { createTokens } from '../../../adapters/access/tokens.ts';
import { fakeCommits } from '../../kit/fake-ports.ts';
import { rawClient } from '../../kit/raw-client.ts';
import { contract, serve as serveHapi } from '../../kit/hosts.ts';

const url = 'https://example.org/red.git';
const tokens = createTokens([
  { name: 'ada', token: 'sEcret-1' },
  { name: 'ci', token: 'sEcret-2' },
]);
const bearer = (token: string) => ({ authorization: `Bearer ${token}` });

/** What a server with these tokens is made with. */
function demanding(forReads: boolean) {
  return {
    gateRules: { tokens: { ...tokens, forReads } },
    openSession: tokens.open,
    closeSession: tokens.close,
  };
}

contract('where there are tokens, every write takes one and reading does not', async (t, serve) => {
  const { ask, git } = await serve(t, demanding(false));
  git.remotes.set(url, { commits: fakeCommits(3) });
  const add = { method: 'POST', body: url };
  for (const headers of [
    {},
    bearer('wrong'),
    bearer('sEcret-1x'),
    { authorization: 'Basic c0VjcmV0LTE6' },
    { authorization: 'sEcret-1' },
    { cookie: 'gitmon_session=sEcret-1' },
  ]) {
    const refused = await ask('/add/red', { ...add, headers });
    t.is(refused.status, 401);
    t.is(refused.headers['www-authenticate'], 'Bearer');
    t.regex(refused.text, /"type":"\/problems\/no_token"/);
    t.is((await ask('/add', { method: 'POST', body: 'name=red', headers })).status, 401);
    t.is((await ask('/api/v1/projects/red', { method: 'DELETE', headers })).status, 401);
  }
  t.is((await ask('/json/red')).status, 404);
  t.is((await ask('/add/red', { ...add, headers: bearer('sEcret-2') })).status, 200);
  t.is((await ask('/json/red')).status, 200);
  const lower = { authorization: 'bearer sEcret-1' };
  t.is((await ask('/api/v1/projects/red', { method: 'DELETE', headers: lower })).status, 204);
});

contract('reading may take a token too, but signs of life never do', async (t, serve) => {
  const { ask } = await serve(t, demanding(true));
  for (const path of ['/', '/json/red', '/list/red', '/metrics']) {
    t.is((await ask(path)).status, 401, path);
    t.not((await ask(path, { headers: bearer('sEcret-1') })).status, 401, path);
    t.is((await ask(path, { method: 'HEAD' })).status, 401, path);
  }
  for (const path of ['/healthz', '/readyz', '/login', '/static/site.css']) {
    t.is((await ask(path)).status, 200, path);
  }
  const page = await ask('/', { headers: { accept: 'text/html' } });
  t.regex(page.text, /<a href="\/login\?to=%2F">/);
});

contract(
  'whether there is anything under a path is told to who may read alone',
  async (t, serve) => {
    const { ask } = await serve(t, demanding(true));
    for (const path of [
      '/nothing',
      '/json',
      '/json/a/b',
      '/api/v1/nothing',
      '/login/x',
      '/healthz/x',
    ]) {
      for (const method of ['GET', 'HEAD', 'POST', 'DELETE']) {
        t.is((await ask(path, { method })).status, 401, `${method} ${path}`);
        const known = await ask(path, { method, headers: bearer('sEcret-1') });
        t.is(known.status, 404, `${method} ${path}`);
      }
    }
    t.regex((await ask('/nothing')).text, /"type":"\/problems\/no_token"/);
  },
);

contract(
  'where writes alone take a token, a path that is not there is one to write to',
  async (t, serve) => {
    const { ask } = await serve(t, demanding(false));
    t.is((await ask('/nothing')).status, 404);
    t.is((await ask('/nothing', { method: 'POST' })).status, 401);
  },
);

contract('a browser logs in by a form and is known by a cookie from then on', async (t, serve) => {
  const { ask, git } = await serve(t, demanding(true));
  git.remotes.set(url, { commits: fakeCommits(3) });
  t.regex((await ask('/login')).text, /<form method="post" action="\/login">/);
  const wrong = await ask('/login', { method: 'POST', body: 'token=nonsense' });
  t.is(wrong.status, 401);
  t.is(wrong.headers['set-cookie'], undefined);
  t.regex(wrong.text, /no token of this server/);
  t.notRegex(wrong.text, /nonsense/);

  const entered = await ask('/login', { method: 'POST', body: 'token=sEcret-1' });
  t.is(entered.status, 303);
  t.is(entered.headers.location, '/');
  const [cookie = ''] = entered.headers['set-cookie'] ?? [];
  t.regex(cookie, /^gitmon_session=[\w-]{43}; Max-Age=\d+; Path=\/; HttpOnly; SameSite=Strict$/);
  t.notRegex(cookie, /sEcret/);
  const headers = { cookie: `other=1; ${cookie.split(';')[0]}` };
  t.is((await ask('/', { headers })).status, 200);
  const body = new URLSearchParams({ name: 'red', url }).toString();
  t.is((await ask('/add', { method: 'POST', headers, body })).status, 303);
  const foreign = { ...headers, 'sec-fetch-site': 'cross-site' };
  t.is((await ask('/add', { method: 'POST', headers: foreign, body })).status, 403);
});

test('the log names whose token a request came with, and never the token', async (t) => {
  const { ask, logged, logText } = await serveHapi(t, demanding(false));
  await ask('/add/red', { method: 'POST', body: url, headers: bearer('sEcret-2') });
  await logged(({ req }) => req?.url === '/add/red');
  t.regex(logText.join(''), /"client":"ci"/);
  t.notRegex(logText.join(''), /sEcret/);
});

contract('who logs out is known no more, and a page says who is logged in', async (t, serve) => {
  const { ask } = await serve(t, demanding(true));
  const entered = await ask('/login', { method: 'POST', body: 'token=sEcret-1' });
  const cookie = String(entered.headers['set-cookie']).split(';')[0] ?? '';
  const page = await ask('/login', { headers: { cookie } });
  t.regex(page.text, /action="\/logout">[^]*the token <strong>ada<\/strong>/);
  t.notRegex((await ask('/login')).text, /logout/);
  t.regex((await ask('/status', { headers: { cookie } })).text, /href="\/login">Log in or out/);

  const left = await ask('/logout', { method: 'POST', headers: { cookie } });
  t.is(left.status, 303);
  t.is(left.headers.location, '/login');
  t.deepEqual(left.headers['set-cookie'], [
    'gitmon_session=; Max-Age=0; Path=/; HttpOnly; SameSite=Strict',
  ]);
  t.is((await ask('/logout', { method: 'POST' })).status, 303);
});

contract(
  'a session is another one at each login, and ends at once by logging out',
  async (t, serve) => {
    const { ask } = await serve(t, demanding(true));
    const login = async (headers: Readonly<Record<string, string>> = {}) => {
      const entered = await ask('/login', { method: 'POST', body: 'token=sEcret-1', headers });
      return String(entered.headers['set-cookie']).split(';')[0] ?? '';
    };
    const status = async (cookie: string) => (await ask('/', { headers: { cookie } })).status;
    const [first, second] = [await login(), await login()];
    t.not(first, second);
    const elsewhere = { cookie: first, origin: 'https://evil.example' };
    t.is((await ask('/logout', { method: 'POST', headers: elsewhere })).status, 403);
    t.deepEqual([await status(first), await status(second)], [200, 200]);
    await ask('/logout', { method: 'POST', headers: { cookie: first } });
    t.deepEqual([await status(first), await status(second)], [401, 200]);
    // Whoever logs in again has one, and not two.
    const third = await login({ cookie: second });
    t.deepEqual([await status(second), await status(third)], [401, 200]);
  },
);

test('logging out ends what is still being answered to the session, and no other', async (t) => {
  const { ask, origin } = await serveHapi(t, demanding(true));
  const open = async () => {
    const entered = await ask('/login', { method: 'POST', body: 'token=sEcret-1' });
    const cookie = String(entered.headers['set-cookie']).split(';')[0] ?? '';
    const request = `GET /api/v1/events HTTP/1.1\r\nHost: localhost\r\nCookie: ${cookie}\r\n\r\n`;
    const client = await rawClient(t, origin, request);
    await once(client.socket, 'data');
    return { cookie, ...client };
  };
  const [left, kept] = [await open(), await open()];
  await ask('/logout', { method: 'POST', headers: { cookie: left.cookie } });
  t.regex(await left.closed, /^HTTP\/1\.1 200 /);
  t.false(kept.socket.destroyed);
});

contract('the cookie of a login that came by https goes by https alone', async (t, serve) => {
  const forwarded = ({ address }: { readonly address: string }) => ({ address, isForwarded: true });
  const trusting = demanding(false);
  const cookieOf = async (proto: string | undefined, isTrusted = true) => {
    const { ask } = await serve(t, {
      ...trusting,
      gateRules: { ...trusting.gateRules, ...(isTrusted && { forwarded }) },
    });
    const headers = proto === undefined ? {} : { 'x-forwarded-proto': proto };
    const body = 'token=sEcret-1';
    return String((await ask('/login', { method: 'POST', body, headers })).headers['set-cookie']);
  };
  t.regex(await cookieOf('https'), /; Secure; SameSite=Strict$/);
  t.regex(await cookieOf('HTTPS, http'), /; Secure; SameSite=Strict$/);
  t.notRegex(await cookieOf('http, https'), /Secure/);
  t.notRegex(await cookieOf(undefined), /Secure/);
  t.notRegex(await cookieOf('https', false), /Secure/);
});
