import { gunzipSync } from 'node:zlib';
import { historyMoved } from '../../../domain/index.ts';
import { writeCursor } from '../../../handlers/api/cursor.ts';
import { fakeCommits, fakeSha } from '../../kit/fake-ports.ts';
import { contract } from '../../kit/hosts.ts';

const url = 'https://example.org/red.git';

contract(
  'the JSON of a project has its name, url and commits, and each commit its keys in order',
  async (t, serve) => {
    const { add, ask, git } = await serve(t);
    git.remotes.set(url, {
      commits: fakeCommits(2, (number) => (number === 1 ? { date: null, authoredAt: null } : {})),
    });
    await add('red', url);
    const answer = await ask('/json/red');
    t.is(answer.status, 200);
    t.regex(answer.headers['content-type'] ?? '', /^application\/json\b/);
    t.is(
      answer.text,
      '{"name":"red","url":"https://example.org/red.git","commits":[' +
        '{"hash":"0000000200","author":"Author 2","date":"Tue Nov 14 23:13:20 2023 +0100","message":"Change 2",' +
        `"sha":"${fakeSha(2)}","authoredAt":1700000002,"committedAt":1700000102,"parents":["${fakeSha(1)}"]},` +
        '{"hash":"0000000100","author":"Author 1","date":null,"message":"Change 1",' +
        `"sha":"${fakeSha(1)}","authoredAt":null,"committedAt":1700000101,"parents":[]}]}`,
    );
  },
);

contract('the JSON of an empty project is a list of none', async (t, serve) => {
  const { add, ask, git } = await serve(t);
  git.remotes.set(url, { commits: [] });
  await add('red', url);
  t.is((await ask('/json/red')).text, JSON.stringify({ name: 'red', url, commits: [] }));
});

contract('a long history is whole, plain and compressed', async (t, serve) => {
  const { add, ask, git, origin } = await serve(t);
  const commits = fakeCommits(2345);
  git.remotes.set(url, { commits });
  await add('red', url);
  const plain = await ask('/json/red');
  t.deepEqual(JSON.parse(plain.text), { name: 'red', url, commits });
  const response = await fetch(`${origin}/json/red`, { headers: { 'accept-encoding': 'gzip' } });
  t.is(response.headers.get('content-encoding'), 'gzip');
  t.is(await response.text(), plain.text);
  t.throws(() => gunzipSync(plain.text));
});

contract('HEAD answers as GET does, without the body', async (t, serve) => {
  const { add, ask, git } = await serve(t);
  git.remotes.set(url, { commits: fakeCommits(3) });
  await add('red', url);
  for (const path of ['/json/red', '/list/red', '/', '/metrics', '/static/site.css']) {
    const answer = await ask(path, { method: 'HEAD' });
    t.is(answer.status, 200, path);
    t.is(answer.text, '');
  }
  t.is((await ask('/json/none', { method: 'HEAD' })).status, 404);
});

contract('pages of a hundred commits are linked to older and newer ones', async (t, serve) => {
  const { add, ask, git } = await serve(t);
  git.remotes.set(url, { commits: fakeCommits(250) });
  await add('red', url);
  const seen: (string | undefined)[] = [];
  const sizes: number[] = [];
  let path: string | undefined = '/list/red';
  while (path !== undefined && sizes.length < 9) {
    const { status, text, headers } = await ask(path);
    t.is(status, 200);
    for (const rel of ['next', 'prev']) {
      const inHeader = new RegExp(`<([^>]*)>; rel="${rel}"`).exec(String(headers['link']))?.[1];
      t.is(inHeader, link(text, rel), `${path} ${rel}`);
    }
    const rows = [...text.matchAll(/data-sha="(\w+)"/g)].map(([, sha]) => sha);
    seen.push(...rows);
    sizes.push(rows.length);
    path = link(text, 'next');
  }
  t.deepEqual(sizes, [100, 100, 50]);
  t.deepEqual(
    seen,
    fakeCommits(250).map(({ sha }) => sha),
  );
  const at = (skip: number) =>
    `/list/red?cursor=${writeCursor({ tip: fakeSha(250), commits: 250, skip })}`;
  t.is(link((await ask(at(200))).text, 'prev'), at(100));
  t.is(link((await ask(at(100))).text, 'prev'), '/list/red');
  t.is(link((await ask(at(30))).text, 'prev'), '/list/red');
  t.is(link((await ask('/list/red')).text, 'prev'), undefined);
});

contract('a history of exactly a page has no older one', async (t, serve) => {
  const { add, ask, git } = await serve(t);
  git.remotes.set(url, { commits: fakeCommits(100) });
  await add('red', url);
  const { text } = await ask('/list/red');
  t.is(link(text, 'next'), undefined);
  t.regex(text, /Commits 1 to 100 of 100, newest first/);
});

const place = { tip: fakeSha(250), commits: 250, skip: 100 };

for (const [what, cursor] of Object.entries({
  'no cursor at all': '',
  'text of its own': 'page-2',
  'another value': Buffer.from('{"tip":1}').toString('base64url'),
  'a tip that is no object name': writeCursor({ ...place, tip: 'HEAD' }),
  'a place before the first commit': writeCursor({ ...place, skip: -1 }),
  'a place between two commits': writeCursor({ ...place, skip: 1.5 }),
  'a place beyond the end': writeCursor({ ...place, skip: 250 }),
  'two cursors': `${writeCursor(place)}&cursor=${writeCursor(place)}`,
})) {
  contract(`a cursor that is ${what} is a 400`, async (t, serve) => {
    const { add, ask, git } = await serve(t);
    git.remotes.set(url, { commits: fakeCommits(250) });
    await add('red', url);
    const answer = await ask(`/list/red?cursor=${cursor}`);
    t.is(answer.status, 400);
    t.like(JSON.parse(answer.text), { type: '/problems/bad_request', status: 400 });
    t.regex(answer.text, /cursor is/);
  });
}

contract(
  'a page of a history that has been rewritten is gone, and leads to the first',
  async (t, serve) => {
    const { add, ask, git } = await serve(t);
    git.remotes.set(url, { commits: fakeCommits(250) });
    await add('red', url);
    const next = link((await ask('/list/red')).text, 'next') ?? '';
    git.remotes.set(url, {
      commits: fakeCommits(250, (number) => ({ sha: fakeSha(number + 1000), message: 'anew' })),
    });
    await add('red', url);
    const answer = await ask(next);
    t.is(answer.status, 410);
    t.is(answer.headers['link'], '</list/red>; rel="first"');
    t.like(JSON.parse(answer.text), { type: '/problems/page_moved', status: 410 });
    const page = await ask(next, { headers: { accept: 'text/html' } });
    t.is(page.status, 410);
    t.regex(page.text, /href="\/list\/red"/);
  },
);

const races = [
  ['/list/red', 'commitCounts'],
  ['/list/red', 'commits'],
  ['/list/red?q=change', 'search'],
  ['/json/red', 'commits'],
  ['/authors/red', 'authors'],
  ['/feed/red.atom', 'commits'],
  ['/api/v1/projects/red/commits', 'search'],
  ['/api/v1/projects/red/stats', 'commitCounts'],
] as const;

/** Each with a cache and without one. */
const runs = [1e7, 0].flatMap((cacheBytes) => races.map((race) => ({ race, cacheBytes })));

for (const { race, cacheBytes } of runs) {
  const [path, read] = race;
  contract(
    `whoever asks for ${path} while the history is replaced, before its ${read}, gets the new one, with a cache of ${cacheBytes}`,
    async (t, serve) => {
      const { add, ask, git, store } = await serve(t, { cacheBytes });
      git.remotes.set(url, { commits: fakeCommits(3) });
      await add('red', url);
      const { [read]: now } = store;
      const before = async (...asked: readonly unknown[]): Promise<unknown> => {
        Object.assign(store, { [read]: now });
        const anew = { author: 'Anew', message: 'Change anew' };
        const commits = fakeCommits(5, (number) => ({ ...anew, sha: fakeSha(number + 1000) }));
        git.remotes.set(url, { commits });
        await add('red', url);
        const answer: unknown = Reflect.apply(now, store, asked);
        return answer;
      };
      Object.assign(store, { [read]: before });
      const headers = { accept: path === '/json/red' ? 'text/html' : '*/*' };
      const answer = await ask(path, { headers });
      const after = await ask(path, { headers });
      t.is(answer.status, 200);
      t.is(answer.text, after.text);
      t.is(answer.headers.etag, after.headers.etag);
    },
  );
}

for (const path of ['/list/red', '/json/red', '/feed/red.atom']) {
  contract(
    `an empty history is shown as empty on ${path}, whatever comes meanwhile`,
    async (t, serve) => {
      const { add, ask, git, store } = await serve(t);
      git.remotes.set(url, { commits: [] });
      await add('red', url);
      const { commits: now } = store;
      const before = async (...asked: Parameters<typeof now>) => {
        git.remotes.set(url, { commits: fakeCommits(3) });
        await add('red', url);
        return now(...asked);
      };
      Object.assign(store, { commits: before });
      const answer = await ask(path, { headers: { accept: 'text/html' } });
      t.is(answer.status, 200);
      t.notRegex(answer.text, /Change 3/);
    },
  );
}

contract(
  'a history that is replaced again and again is to be asked for later',
  async (t, serve) => {
    const { add, ask, git, store } = await serve(t);
    git.remotes.set(url, { commits: fakeCommits(3) });
    await add('red', url);
    Object.assign(store, { authors: () => Promise.reject(historyMoved()) });
    const answer = await ask('/authors/red');
    t.is(answer.status, 503);
    t.is(answer.headers['retry-after'], '5');
    t.like(JSON.parse(answer.text), { type: '/problems/history_moved' });
  },
);

contract('the page of an empty project says that it is empty', async (t, serve) => {
  const { add, ask, git } = await serve(t);
  git.remotes.set(url, { commits: [] });
  await add('red', url);
  t.regex((await ask('/list/red')).text, /The repository is empty/);
});

contract('what commits say is text on a page, never markup', async (t, serve) => {
  const { add, ask, git } = await serve(t);
  const evil = `<script>alert(1)</script><img src=x onerror="a">{{ 7*11111 }}{% raw %}' & \u202e`;
  git.remotes.set(url, { commits: fakeCommits(1, () => ({ message: evil, author: evil })) });
  await add('red', url);
  const { text } = await ask('/list/red');
  t.notRegex(text, /<script>|<img|77777/);
  const escaped =
    '&lt;script&gt;alert(1)&lt;/script&gt;&lt;img src=x onerror=&quot;a&quot;&gt;{{ 7*11111 }}{% raw %}&#39; &amp; \u202e';
  t.is(text.split(`<bdi>${escaped}</bdi>`).length, 3, 'once as message, once as author');
});

contract('a commit without message, name or date says so on its page', async (t, serve) => {
  const { add, ask, git } = await serve(t);
  git.remotes.set(url, {
    commits: fakeCommits(2, (number) =>
      number === 2 ? { message: '', author: '', date: null, authoredAt: null } : {},
    ),
  });
  await add('red', url);
  const { text } = await ask('/list/red');
  t.regex(text, /no message/);
  t.regex(text, /no name/);
  t.regex(text, /no date/);
  t.regex(text, /<time datetime="2023-11-14T22:13:21Z">2023-11-14 22:13<\/time>/);
});

for (const route of ['json', 'list']) {
  for (const name of ['-x', '%00', 'a%00b', '__proto__', 'a%2Fb', '%20', 'x'.repeat(101)]) {
    contract(`GET /${route}/${name.slice(0, 20)} is a 400`, async (t, serve) => {
      const { ask } = await serve(t);
      const answer = await ask(`/${route}/${name}`);
      t.is(answer.status, 400);
      t.like(JSON.parse(answer.text), { type: '/problems/bad_name', status: 400 });
    });
  }

  for (const name of ['none', 'constructor', 'toString', 'hasOwnProperty', 'a..b']) {
    contract(`GET /${route}/${name} is a 404 where nobody added it`, async (t, serve) => {
      const { ask } = await serve(t);
      const answer = await ask(`/${route}/${name}`);
      t.is(answer.status, 404);
      t.is(answer.headers['content-type'], 'application/problem+json');
      t.is(answer.headers['vary'], 'accept');
      t.like(JSON.parse(answer.text), { type: '/problems/unknown_project', status: 404 });
      const page = await ask(`/${route}/${name}`, { headers: { accept: 'text/html,*/*;q=0.8' } });
      t.is(page.status, 404);
      t.regex(page.headers['content-type'] ?? '', /^text\/html\b/);
      t.regex(page.text, /<h1>No such project<\/h1>/);
    });
  }
}

function link(page: string, rel: string): string | undefined {
  return new RegExp(`<a href="([^"]+)" rel="${rel}">`).exec(page)?.[1];
}

contract('a history that moves again while it is read a second time is a 503', async (t, serve) => {
  const { add, ask, git, store } = await serve(t);
  git.remotes.set(url, { commits: fakeCommits(3) });
  await add('red', url);
  let reads = 0;
  Object.assign(store, {
    commits: async () => {
      reads++;
      throw historyMoved();
    },
  });
  t.is((await ask('/list/red')).status, 503);
  t.is(reads, 2);
});
