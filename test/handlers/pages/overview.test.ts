import type { FetchFailed } from '../../../domain/index.ts';
import { fakeCommits } from '../../kit/fake-ports.ts';
import { contract, type Serving } from '../../kit/hosts.ts';

const url = 'https://example.org/red.git';
const browser = { accept: 'text/html' };
const send = (fields: Readonly<Record<string, string>>) => ({
  method: 'POST',
  headers: { ...browser, 'content-type': 'application/x-www-form-urlencoded' },
  body: new URLSearchParams(fields).toString(),
});

const namesIn = (text: string) =>
  [...text.matchAll(/<tr role="row" data-name="([^"]+)"/g)].map(([, name]) => name);

/** Three projects: `a` has most commits, `b` fails, `c` has none. */
async function three({ add, ask, git }: Serving): Promise<void> {
  const at = (name: string) => `https://${name}.example.org/x`;
  git.remotes.set(at('z'), { commits: fakeCommits(30) });
  git.remotes.set(at('y'), { commits: fakeCommits(20) });
  git.remotes.set(at('x'), { commits: [] });
  await add('a', at('z'));
  await add('b', at('y'));
  await add('c', at('x'));
  git.remotes.set(at('y'), { fails: { outcome: 'dns', detail: '' } });
  await ask('/add/b', { method: 'POST', body: at('y') });
}

contract(
  'projects are sorted by any column, and those without a value come last',
  async (t, serve) => {
    const server = await serve(t);
    await three(server);
    const orders = {
      '': 'a b c',
      '?sort=name&order=desc': 'c b a',
      '?sort=host': 'c b a',
      '?sort=state': 'b a c',
      '?sort=commit': 'a b c',
      '?sort=commit&order=asc': 'b a c',
      '?sort=commits': 'a b c',
      '?sort=commits&order=asc': 'c b a',
      '?sort=authors': 'a b c',
      '?sort=nonsense&order=up': 'a b c',
      '?sort=name&sort=host': 'a b c',
    };
    for (const [query, expected] of Object.entries(orders)) {
      const { status, text } = await server.ask(`/${query}`);
      t.is(status, 200, query);
      t.is(namesIn(text).join(' '), expected, query);
    }
  },
);

contract(
  'a search with control characters counts as none, as all that cannot be understood',
  async (t, serve) => {
    const server = await serve(t);
    await three(server);
    t.is(namesIn((await server.ask('/?q=b%00')).text).join(' '), 'a b c');
    t.is((await server.ask('/api/v1/projects?q=b%00')).status, 400);
  },
);

contract('what is longer than any search counts as not said', async (t, serve) => {
  const server = await serve(t);
  await three(server);
  for (const [query, names] of [
    [`q=${'b'.repeat(2048)}`, ''],
    [`q=${'b'.repeat(2049)}`, 'a b c'],
    [`only=b${','.repeat(11_999)}`, 'b'],
    [`only=b${','.repeat(12_000)}`, 'a b c'],
  ] as const) {
    t.is(namesIn((await server.ask(`/?${query}`)).text).join(' '), names, query.slice(0, 10));
  }
  const filled = await server.ask(`/?url=${'u'.repeat(2049)}&name=${'n'.repeat(2049)}`);
  t.notRegex(filled.text, /u{9}|n{9}/);
});

contract('projects are found by name, url and state, word by word', async (t, serve) => {
  const server = await serve(t);
  await three(server);
  const found = {
    'Z.EXAMPLE': 'a',
    failing: 'b',
    'host not known': 'b',
    'example c': 'c',
    'is:up': 'a c',
    'up x.e': 'c',
  };
  for (const [q, expected] of Object.entries(found)) {
    const { text } = await server.ask(`/?${new URLSearchParams({ q }).toString()}`);
    t.is(namesIn(text).join(' '), expected, q);
    t.regex(text, /3 projects<\/a>/);
  }
  const { text } = await server.ask('/?only=c,a,none');
  t.is(namesIn(text).join(' '), 'a c');
});

contract('title and icon tell that something fails', async (t, serve) => {
  const server = await serve(t);
  t.regex((await server.ask('/')).text, /<title>Projects ·/);
  await three(server);
  const { text } = await server.ask('/');
  t.regex(text, /<title>\(1 failing\) Projects ·/);
  t.regex(text, /rel="icon" href="\/static\/icon-failing\.svg"/);
  t.is((await server.ask('/static/icon-failing.svg')).status, 200);
});

contract('the form takes the page of a forge for its repository', async (t, serve) => {
  const { ask, git } = await serve(t);
  const repository = 'https://github.com/redis/redis';
  git.remotes.set(repository, { commits: fakeCommits(1) });
  const answer = await ask('/add', send({ name: 'redis', url: `${repository}/tree/8.0?x#y` }));
  t.is(answer.headers.location, '/list/redis');
  t.regex(
    (await ask('/api/v1/projects/redis')).text,
    /"url":"https:\/\/github\.com\/redis\/redis"/,
  );
});

contract('the form is filled by the address', async (t, serve) => {
  const { ask } = await serve(t);
  const { text } = await ask(`/?${new URLSearchParams({ name: 'x"y', url }).toString()}`);
  t.true(text.includes('value="x&quot;y"'));
  t.true(text.includes(`value="${url}"`));
});

contract('a form that waits long is led to a page that tells how it goes', async (t, serve) => {
  const { ask, git } = await serve(t);
  const { promise: fails, resolve: fail } = Promise.withResolvers<FetchFailed>();
  git.remotes.set(url, { fails });
  const answer = await ask('/add', send({ name: 'red', url }));
  t.is(answer.status, 303);
  const { location = '' } = answer.headers;
  t.regex(location, /^\/adding\/[\w-]+$/);
  const running = await ask(location, { headers: browser });
  t.is(running.headers['refresh'], '2');
  t.regex(running.text, /Receiving 50 %, 1 kB/);
  fail({ outcome: 'dns', detail: '' });
  const job = location.replace('/adding', '/api/v1/jobs');
  while (!/"state":"failed"/.test((await ask(job)).text));
  const failed = await ask(location, { headers: browser });
  t.is(failed.status, 200);
  t.is(failed.headers['refresh'], undefined);
  t.regex(failed.text, /red could not be added/);
  t.regex(failed.text, /Try again/);
  t.is((await ask('/adding/none', { headers: browser })).status, 404);
});

contract('a project is refreshed by a form, whatever comes of it', async (t, serve) => {
  const { add, ask, git } = await serve(t);
  git.remotes.set(url, { commits: fakeCommits(1) });
  await add('red', url);
  git.remotes.set(url, { commits: fakeCommits(2) });
  t.like(await ask('/refresh/red', send({})), { status: 303, text: '' });
  t.regex((await ask('/api/v1/projects/red')).text, /"commits":2/);
  git.remotes.set(url, { fails: { outcome: 'dns', detail: '' } });
  const answer = await ask('/refresh/red', send({}));
  t.is(answer.status, 303);
  t.is(answer.headers.location, '/');
  t.is((await ask('/refresh/none', send({}))).status, 404);
  t.is((await ask('/refresh/-x', send({}))).status, 400);
  const foreign = { ...send({}), headers: { 'sec-fetch-site': 'cross-site' } };
  t.is((await ask('/refresh/red', foreign)).status, 403);
});

contract('a project is removed by a form, after a page that asks', async (t, serve) => {
  const { add, ask, git } = await serve(t);
  git.remotes.set(url, { commits: fakeCommits(1) });
  await add('red', url);
  const page = await ask('/remove/red', { headers: browser });
  t.regex(page.text, /<form method="post" action="\/remove\/red"/);
  t.is((await ask('/api/v1/projects/red')).status, 200);
  const foreign = { ...send({}), headers: { 'sec-fetch-site': 'cross-site' } };
  t.is((await ask('/remove/red', foreign)).status, 403);
  const answer = await ask('/remove/red', send({}));
  t.is(answer.status, 303);
  t.is(answer.headers.location, '/');
  t.is((await ask('/api/v1/projects/red')).status, 404);
  t.is((await ask('/remove/red', { headers: browser })).status, 404);
  t.is((await ask('/remove/red', send({}))).status, 404);
});

const destinations = [
  ['/list/red?a=b', '/list/red?a=b'],
  ['//elsewhere.example', '/'],
  ['/\\elsewhere.example', '/'],
  ['https://elsewhere.example', '/'],
  ['javascript:alert(1)', '/'],
  ['/a\r\nx: y', '/'],
  ['', '/'],
  [`/${'a'.repeat(4095)}`, `/${'a'.repeat(4095)}`],
  [`/${'a'.repeat(4096)}`, '/'],
] as const;

contract('logging in leads back to a page of this server, and to no other', async (t, serve) => {
  const { ask } = await serve(t, { openSession: () => 'session' });
  for (const [to, expected] of destinations) {
    const page = await ask(`/login?${new URLSearchParams({ to }).toString()}`);
    t.true(page.text.includes(`name="to" value="${expected}"`), to);
    const { headers } = await ask('/login', send({ token: 'x', to }));
    t.is(headers.location, expected, to);
  }
});
