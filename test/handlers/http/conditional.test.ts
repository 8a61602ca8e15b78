import { routes } from '../../../handlers/routes.ts';
import { fakeCommits, fakeSha } from '../../kit/fake-ports.ts';
import { contract } from '../../kit/hosts.ts';

const url = 'https://example.org/red.git';

/**
 * GETs without a condition: what is scraped never comes twice, a sign of life is as short as its tag, a stream has no end,
 * and a job that is done leads to its project.
 */
const unconditional = new Set([
  '/metrics',
  '/healthz',
  '/readyz',
  '/api/v1/events',
  '/adding/{id}',
]);

contract(
  'every GET has a strong ETag for each encoding, and answers 304 to whoever knows it',
  async (t, serve) => {
    const { add, ask, git } = await serve(t);
    for (const count of [6, 5]) {
      git.remotes.set(url, { commits: fakeCommits(count) });
      await add('red', url);
    }
    const { headers } = await ask('/api/v1/projects/red/refresh', { method: 'POST' });
    const job = String(headers.location).split('/').at(-1) ?? '';
    // What it changes has to be over.
    while (!/"state":"done"/.test((await ask(`/api/v1/jobs/${job}`)).text));
    const values: Readonly<Record<string, string>> = {
      projectname: 'red',
      name: 'red',
      sha: fakeSha(3),
      newTip: fakeSha(5),
      id: job,
      file: 'red.atom',
      'path*': 'site.css',
    };
    for (const { method, path: template } of routes) {
      if (method !== 'GET' || unconditional.has(template)) continue;
      const path = template.replaceAll(
        /\{([^}]+)\}/g,
        (_, name: string) => values[name] ?? `no value for ${name}`,
      );
      const tags = new Map<string, string>();
      for (const encoding of ['identity', 'gzip', 'deflate']) {
        const accept = { 'accept-encoding': encoding };
        const first = await ask(path, { headers: accept });
        t.is(first.status, 200, `${path}: ${first.text}`);
        const { etag = '' } = first.headers;
        t.regex(etag, /^"[\w-]+"$/, path);
        const known = { headers: { ...accept, 'if-none-match': etag } };
        t.like(await ask(path, known), { status: 304, text: '' }, `${path} ${encoding}`);
        t.is((await ask(path, known)).headers.etag, etag, `${path} ${encoding}`);
        const sent = first.headers['content-encoding'] ?? 'identity';
        t.is(tags.get(sent) ?? etag, etag, `${path} ${sent}`);
        tags.set(sent, etag);
        t.like(await ask(path, { ...known, method: 'HEAD' }), { status: 304 }, path);
        const other = await ask(path, { headers: { ...accept, 'if-none-match': '"other"' } });
        t.is(other.status, 200, path);
      }
      t.is(new Set(tags.values()).size, tags.size, path);
    }
  },
);

contract('what is too large to be kept has an ETag for each encoding too', async (t, serve) => {
  const { add, ask, git } = await serve(t, { cacheBytes: 0 });
  git.remotes.set(url, { commits: fakeCommits(20) });
  await add('red', url);
  for (const path of ['/json/red', '/list/red']) {
    const tags = new Map<string, string>();
    for (const encoding of ['identity', 'gzip', 'deflate']) {
      const accept = { 'accept-encoding': encoding };
      const { headers } = await ask(path, { headers: accept });
      const { etag = '' } = headers;
      tags.set(headers['content-encoding'] ?? 'identity', etag);
      const known = { headers: { ...accept, 'if-none-match': etag } };
      t.is((await ask(path, known)).status, 304, `${path} ${encoding}`);
    }
    t.is(new Set(tags.values()).size, tags.size, path);
  }
});

contract(
  'HEAD of what is streamed is answered at once, and nothing is made for it',
  async (t, serve) => {
    const { add, ask, git, store } = await serve(t, { cacheBytes: 0 });
    git.remotes.set(url, { commits: fakeCommits(20) });
    await add('red', url);
    const { history } = store;
    let reads = 0;
    Object.assign(store, {
      history: async (name: string) => {
        const found = await history(name);
        const commits = () => {
          reads++;
          return found?.commits() ?? [];
        };
        return found && { ...found, commits };
      },
    });
    const { headers } = await ask('/json/red');
    reads = 0;
    const head = await ask('/json/red', { method: 'HEAD' });
    t.is(head.headers.etag, headers.etag);
    t.is(reads, 0);
    const events = await ask('/api/v1/events', { method: 'HEAD' });
    t.is(events.status, 200);
    t.regex(String(events.headers['content-type']), /^text\/event-stream/);
  },
);

contract('HEAD has the headers of GET, whatever encoding is taken', async (t, serve) => {
  const { add, ask, git } = await serve(t);
  git.remotes.set(url, { commits: fakeCommits(20) });
  await add('red', url);
  const paths = ['/', '/json/red', '/list/red', '/metrics', '/static/site.css', '/login', '/none'];
  for (const path of paths) {
    for (const encoding of ['identity', 'gzip']) {
      const headers = { 'accept-encoding': encoding };
      const [got, head] = [
        await ask(path, { headers }),
        await ask(path, { headers, method: 'HEAD' }),
      ];
      t.is(head.status, got.status, path);
      t.is(head.text, '');
      for (const name of ['content-type', 'content-encoding', 'etag', 'vary', 'last-modified'])
        t.is(head.headers[name], got.headers[name], `${path} ${encoding} ${name}`);
      // It may be left out, but is no other.
      const length = head.headers['content-length'] ?? got.headers['content-length'];
      if (path !== '/metrics') t.is(length, got.headers['content-length'], `${path} ${encoding}`);
    }
  }
});

contract('the first page is sent again when a project is another', async (t, serve) => {
  const { add, ask, git } = await serve(t);
  git.remotes.set(url, { commits: fakeCommits(3) });
  const empty = await ask('/');
  await add('red', url);
  const condition = { headers: { 'if-none-match': empty.headers.etag ?? '' } };
  t.is((await ask('/', condition)).status, 200);
});

contract('a project that was put can be put again by the ETag of the answer', async (t, serve) => {
  const { ask, git } = await serve(t);
  const other = `${url}/other`;
  git.remotes.set(url, { commits: fakeCommits(1) });
  git.remotes.set(other, { commits: fakeCommits(2) });
  const path = '/api/v1/projects/red';
  const put = (to: string, headers: Readonly<Record<string, string>> = {}) =>
    ask(path, { method: 'PUT', body: JSON.stringify({ url: to }), headers });
  for (const encoding of ['identity', 'gzip']) {
    const accept = { 'accept-encoding': encoding };
    const made = await put(url, accept);
    t.is(made.status, 201);
    t.is(made.headers['content-location'], path);
    const { etag = '' } = made.headers;
    if (encoding === 'identity') {
      t.is((await ask(path, { headers: { 'if-none-match': etag } })).status, 304);
    }
    const replaced = await put(other, { ...accept, 'if-match': etag });
    t.is(replaced.status, 200);
    t.is((await put(url, { 'if-match': etag })).status, 412);
    const removed = { method: 'DELETE', headers: { 'if-match': replaced.headers.etag ?? '' } };
    t.is((await ask(path, removed)).status, 204);
  }
});

contract(
  'If-None-Match is read alike for JSON, pages, feeds and files: *, lists, weak tags, and nothing else',
  async (t, serve) => {
    const { add, ask, git } = await serve(t);
    git.remotes.set(url, { commits: fakeCommits(3) });
    await add('red', url);
    for (const path of [
      '/',
      '/list/red',
      '/json/red',
      '/feed/red.atom',
      '/api/v1/projects/red',
      '/static/site.css',
    ]) {
      for (const encoding of ['identity', 'gzip']) {
        const accept = { 'accept-encoding': encoding };
        const { etag = '' } = (await ask(path, { headers: accept })).headers;
        const inside = etag.slice(1, -1);
        for (const [condition, status] of [
          ['*', 304],
          [' * ', 304],
          [etag, 304],
          [`W/${etag}`, 304],
          [`"a", ${etag}`, 304],
          [`"a" ,W/${etag},"b"`, 304],
          ['"a", "b"', 200],
          [inside, 200],
          [`"x${inside}"`, 200],
          [`"${inside}x"`, 200],
          [`"${inside.slice(1)}"`, 200],
        ] as const) {
          const headers = { ...accept, 'if-none-match': condition };
          const answer = await ask(path, { headers });
          t.is(answer.status, status, `${path} ${encoding} ${condition}`);
          if (status !== 304) continue;
          t.is(answer.text, '');
          // `*` asks by no tag, so that of what was not compressed does as well.
          const tags = condition.includes('*') ? [etag, etag.replace('-gzip', '')] : [etag];
          t.true(tags.includes(answer.headers.etag ?? ''), `${path} ${encoding} ${condition}`);
        }
      }
    }
  },
);

contract('If-Match takes *, lists, and no weak tag', async (t, serve) => {
  const { add, ask, git } = await serve(t);
  git.remotes.set(url, { commits: fakeCommits(1) });
  await add('red', url);
  const path = '/api/v1/projects/red';
  const { etag = '' } = (await ask(path)).headers;
  for (const [condition, status] of [
    ['*', 200],
    [etag, 200],
    [`"a", ${etag}`, 200],
    [`W/${etag}`, 412],
    ['"a"', 412],
  ] as const) {
    const headers = { 'if-match': condition };
    const answer = await ask(path, { method: 'PUT', body: JSON.stringify({ url }), headers });
    t.is(answer.status, status, condition);
  }
});
