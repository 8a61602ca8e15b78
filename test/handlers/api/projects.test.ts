import { fakeCommits } from '../../kit/fake-ports.ts';
import { readDetail, readList, readObject } from '../../kit/json.ts';
import { contract } from '../../kit/hosts.ts';

const url = 'https://example.org/red.git';
const other = 'https://example.net/blue.git';
const path = '/api/v1/projects/red';
const put = (to: string, headers: Readonly<Record<string, string>> = {}) => ({
  method: 'PUT',
  body: JSON.stringify({ url: to }),
  headers,
});

contract('a project is shown with its keys in order and whole seconds', async (t, serve) => {
  const { add, ask, git } = await serve(t);
  git.remotes.set(url, { commits: fakeCommits(2) });
  await add('red', url);
  const { status, headers, text } = await ask(path);
  t.is(status, 200);
  t.regex(headers['content-type'] ?? '', /^application\/json\b/);
  const found = readObject(text);
  t.deepEqual(
    Object.keys(found).join(' '),
    'name url host state tip commits defaultBranch addedAt lastAttemptAt lastSuccessAt nextRefreshAt lastOutcome headCommittedAt',
  );
  t.like(found, {
    name: 'red',
    url,
    host: 'example.org',
    state: 'up',
    commits: 2,
    defaultBranch: 'main',
    lastOutcome: 'ok',
    headCommittedAt: 1_700_000_102,
  });
  for (const key of ['addedAt', 'lastAttemptAt', 'lastSuccessAt', 'nextRefreshAt']) {
    t.true(Number.isInteger(found[key]), key);
  }
  const again = await ask(path, { headers: { 'if-none-match': String(headers.etag) } });
  t.is(again.status, 304);
  t.is((await ask('/api/v1/projects/blue')).status, 404);
  t.is((await ask('/api/v1/projects/-blue')).status, 400);
});

contract('projects are listed by page, in either direction, and narrowed', async (t, serve) => {
  const { add, ask, git } = await serve(t);
  git.remotes.set(url, { commits: fakeCommits(1) });
  git.remotes.set(other, { commits: fakeCommits(1) });
  for (const name of ['a', 'b', 'c', 'D']) await add(name, url);
  await add('e', other);
  const list = async (at: string) => {
    const { headers, text, status } = await ask(at);
    t.is(status, 200, text);
    const found = readList(text);
    const link = (rel: string) =>
      new RegExp(`<([^>]*)>; rel="${rel}"`).exec(String(headers['link']))?.[1] ?? '';
    return { names: found.map(({ name }) => name).join(''), total: headers['x-total-count'], link };
  };
  const first = await list('/api/v1/projects?limit=2');
  t.like(first, { names: 'Da', total: '5' });
  t.is(first.link('prev'), '');
  const second = await list(first.link('next'));
  t.is(second.names, 'bc');
  const third = await list(second.link('next'));
  t.is(third.names, 'e');
  t.is(third.link('next'), '');
  t.is((await list(third.link('prev'))).names, 'bc');
  t.is((await list(second.link('prev'))).names, 'Da');
  t.is((await list(third.link('first'))).names, 'Da');
  t.like(await list('/api/v1/projects?q=EXAMPLE.net'), { names: 'e', total: undefined });
  t.is((await list('/api/v1/projects?state=pending')).names, '');
  t.is((await list('/api/v1/projects?state=up')).names, 'Dabce');
});

for (const [query, said] of [
  ['limit=0', /^limit is/],
  ['limit=1001', /^limit is/],
  ['limit=1e2', /^limit is/],
  ['limit=1&limit=2', /^limit is/],
  ['state=down', /^state is up or/],
  ['q=', /^q is/],
  ['cursor=x', /^cursor is/],
  ['sort=name', /^sort: no such parameter; there are q, state/],
  ['path=src', /^path is not possible: .* no trees/],
] as const) {
  contract(`a list of projects by ${query} is refused by name`, async (t, serve) => {
    const { ask } = await serve(t);
    const { status, headers, text } = await ask(`/api/v1/projects?${query}`, {
      headers: { accept: 'text/html' },
    });
    t.is(status, 400);
    t.is(headers['content-type'], 'application/problem+json');
    t.regex(readDetail(text), said);
  });
}

contract(
  'a project is put once, and another url takes its place only on purpose',
  async (t, serve) => {
    const { ask, git } = await serve(t);
    git.remotes.set(url, { commits: fakeCommits(1) });
    git.remotes.set(other, { commits: fakeCommits(2) });
    t.is((await ask(path, put(url, { 'if-match': '*' }))).status, 412);
    const made = await ask(path, put(url));
    t.is(made.status, 201);
    t.is(made.headers['location'], path);
    t.like(JSON.parse(made.text), { name: 'red', url, commits: 1 });
    t.is((await ask(path, put(url))).status, 200);
    t.is((await ask(path, put(url, { 'if-none-match': '*' }))).status, 412);

    const refused = await ask(path, put(other));
    t.is(refused.status, 409);
    t.like(JSON.parse(refused.text), { type: '/problems/other_url' });
    t.is((await ask(path, put(other, { 'if-match': '"x"' }))).status, 412);
    const { etag = '' } = (await ask(path, { headers: { 'accept-encoding': 'gzip' } })).headers;
    const replaced = await ask(path, put(other, { 'if-match': etag }));
    t.is(replaced.status, 200);
    t.like(JSON.parse(replaced.text), { url: other, commits: 2 });
    t.is((await ask(path, put(url, { 'if-match': etag }))).status, 412);
    t.is((await ask(path, put(url, { 'if-match': '*' }))).status, 200);

    t.is((await ask(path, { method: 'DELETE', headers: { 'if-match': etag } })).status, 412);
    t.is((await ask(path, { method: 'DELETE', headers: { 'if-match': '*' } })).status, 204);
  },
);

for (const [outcome, status] of [
  ['timeout', 504],
  ['dns', 502],
  ['connect', 502],
  ['tls', 502],
  ['auth', 502],
  ['not_found', 502],
  ['unavailable', 502],
  ['protocol', 502],
  ['too_large', 502],
  ['blocked', 403],
  ['internal', 500],
] as const) {
  contract(
    `a fetch that ends with ${outcome} is ${status} of the API, and 500 of /add`,
    async (t, serve) => {
      const { ask, git } = await serve(t);
      git.remotes.set(url, { fails: { outcome, detail: 'fatal' } });
      const answer = await ask(path, put(url));
      t.is(answer.status, status);
      t.like(JSON.parse(answer.text), { type: `/problems/${outcome}`, status, outcome });
      t.is((await ask('/add/red', { method: 'POST', body: url })).status, 500);
    },
  );
}

contract('a bad name, url or body, and a project too many, are refused', async (t, serve) => {
  const { ask, git } = await serve(t, { maxProjects: 1 });
  git.remotes.set(url, { commits: fakeCommits(1) });
  t.is((await ask('/api/v1/projects/-x', put(url))).status, 400);
  t.is((await ask(path, put('ftp://example.org/x'))).status, 400);
  for (const body of ['', url, '{}', '{"url":1}', `{"url":"${url}","x":1}`, '[']) {
    t.is((await ask(path, { method: 'PUT', body })).status, 400, body);
  }
  t.is((await ask(path, put(url.padEnd(9000, 'x')))).status, 413);
  t.is((await ask(`${path}?force=1`, put(url))).status, 400);
  t.is((await ask(path, put(url))).status, 201);
  const full = await ask('/api/v1/projects/blue', put(url));
  t.is(full.status, 409);
  t.like(JSON.parse(full.text), { type: '/problems/too_many_projects' });
  t.is((await ask('/add/blue', { method: 'POST', body: url })).status, 400);
});
