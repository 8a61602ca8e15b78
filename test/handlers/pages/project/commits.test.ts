import { fakeCommits, fakeSha } from '../../../kit/fake-ports.ts';
import { readDetail, readList } from '../../../kit/json.ts';
import { writeCursor } from '../../../../handlers/api/cursor.ts';
import { contract, type Answer } from '../../../kit/hosts.ts';

const url = 'https://example.org/red.git';
const browser = { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' };
const day = 86_400;

function link({ text }: Answer, rel: string): string | undefined {
  return new RegExp(`<a href="([^"]+)" rel="${rel}">`).exec(text)?.[1]?.replaceAll('&amp;', '&');
}

function shasOnPage({ text }: Answer): readonly (string | undefined)[] {
  return [...text.matchAll(/data-sha="(\w+)"/g)].map(([, sha]) => sha);
}

for (const query of [
  'q=CHANGE%203',
  'author=Author%201',
  'since=2023-11-14&until=2023-11-15&author=Author%200',
  'since=1700000108',
  'until=1700000103&q=&author=',
  'q=change&since=1700000100',
]) {
  contract(`a list narrowed by ${query} has what the API finds`, async (t, serve) => {
    const { add, ask, git } = await serve(t);
    git.remotes.set(url, { commits: fakeCommits(40) });
    await add('red', url);
    const page = await ask(`/list/red?${query}`, { headers: browser });
    t.is(page.status, 200);
    const api = await ask(`/api/v1/projects/red/commits?${query.replace(/&q=&author=/, '')}`);
    t.deepEqual(
      shasOnPage(page),
      readList(api.text).map(({ sha }) => sha),
    );
    const { etag = '' } = page.headers;
    const again = await ask(`/list/red?${query}`, { headers: { 'if-none-match': etag } });
    t.is(again.status, 304);
  });
}

contract('fields that are empty ask for nothing', async (t, serve) => {
  const { add, ask, git } = await serve(t);
  git.remotes.set(url, { commits: fakeCommits(3) });
  await add('red', url);
  const all = await ask('/list/red');
  const sent = await ask('/list/red?q=&author=&since=&until=');
  t.is(sent.text, all.text);
  t.is(sent.headers.etag, all.headers.etag);
});

contract('what was found is read to its end and back, and is marked', async (t, serve) => {
  const { add, ask, git } = await serve(t);
  const commits = fakeCommits(500, (number) => ({
    message: number % 2 === 0 ? `Fix <b>&amp; ${number}` : 'other',
  }));
  git.remotes.set(url, { commits });
  await add('red', url);
  const pages: Answer[] = [];
  for (let path: string | undefined = '/list/red?q=FIX+%3Cb%3E'; path !== undefined;) {
    const page = await ask(path);
    t.is(page.status, 200);
    // Made now, and sent as it was kept.
    for (const { headers } of [page, await ask(path)]) {
      for (const rel of ['next', 'prev']) {
        const inHeader = new RegExp(`<([^>]*)>; rel="${rel}"`).exec(String(headers['link']))?.[1];
        t.is(inHeader, link(page, rel), `${path} ${rel}`);
      }
    }
    pages.push(page);
    path = link(page, 'next');
    if (pages.length > 9) break;
  }
  t.deepEqual(
    pages.map((page) => shasOnPage(page).length),
    [100, 100, 50],
  );
  t.deepEqual(
    pages.flatMap(shasOnPage),
    commits.filter(({ message }) => message !== 'other').map(({ sha }) => sha),
  );
  const [first, second, third] = pages;
  if (first === undefined || second === undefined || third === undefined) return;
  t.true(first.text.includes('<bdi><mark>Fix &lt;b&gt;</mark>&amp;amp; 500</bdi>'));
  t.is(link(first, 'prev'), undefined);
  t.deepEqual(shasOnPage(await ask(link(third, 'prev') ?? '')), shasOnPage(second));
});

contract('what was found is looked for once for a page and its links', async (t, serve) => {
  for (const cacheBytes of [1e7, 0]) {
    const { add, ask, git, store } = await serve(t, { cacheBytes });
    let searches = 0;
    const { search } = store;
    Object.assign(store, {
      search: async (...given: Parameters<typeof search>) => {
        searches++;
        return search(...given);
      },
    });
    git.remotes.set(url, { commits: fakeCommits(150) });
    await add('red', url);
    for (let time = 1; time <= 2; time++) {
      const { headers } = await ask('/list/red?q=Change');
      t.regex(String(headers['link']), /rel="next"/);
    }
    t.is(searches, cacheBytes === 0 ? 2 : 1);
  }
});

contract('a field that cannot be read is told of beside it', async (t, serve) => {
  const { add, ask, git } = await serve(t);
  git.remotes.set(url, { commits: fakeCommits(3) });
  await add('red', url);
  for (const [field, value] of [
    ['since', 'yesterday'],
    ['until', '2023-02-30'],
    ['q', 'x'.repeat(201)],
    ['author', 'x'.repeat(1001)],
  ] as const) {
    const query = `${field}=${value}`;
    const said = readDetail((await ask(`/api/v1/projects/red/commits?${query}`)).text);
    const program = await ask(`/list/red?${query}`);
    t.is(program.status, 400);
    t.is(readDetail(program.text), said);
    const page = await ask(`/list/red?${query}`, { headers: browser });
    t.is(page.status, 400);
    t.true(page.text.includes(`value="${value}"`), field);
    const help = new RegExp(
      `aria-describedby="${field}-help" aria-invalid="true">\\s*<small id="${field}-help">([^<]+)`,
    );
    t.is(help.exec(page.text)?.[1], said);
    t.is(page.text.match(/aria-invalid/g)?.length, 1);
    t.deepEqual(shasOnPage(page), []);
  }
  t.is((await ask('/list/red?q=a&q=b', { headers: browser })).status, 400);
  t.is((await ask('/list/none?since=yesterday', { headers: browser })).status, 404);
  t.is((await ask('/list/red?q=a&cursor=x', { headers: browser })).status, 400);
});

contract('a search that finds nothing says so', async (t, serve) => {
  const { add, ask, git } = await serve(t);
  git.remotes.set(url, { commits: fakeCommits(3) });
  await add('red', url);
  const page = await ask('/list/red?author=nobody');
  t.is(page.status, 200);
  t.regex(page.text, /No commit fits/);
  t.regex(page.text, /name="author" value="nobody"/);
});

contract('a day leads to its page, or to the one that comes nearest', async (t, serve) => {
  const { add, ask, git } = await serve(t);
  const start = Date.UTC(2024, 0, 1) / 1000;
  const commits = fakeCommits(450, (number) => ({ committedAt: start + number * day }));
  git.remotes.set(url, { commits });
  await add('red', url);
  const page = (skip: number) =>
    `/list/red?cursor=${writeCursor({ tip: fakeSha(450), commits: 450, skip })}`;
  for (const [at, location] of [
    ['2024-01-11', `${page(400)}#on-2024-01-11`],
    ['2024-04-10', `${page(300)}#on-2024-04-10`],
    ['2030-01-01', '/list/red#on-2025-03-26'],
    ['2024-01-02', `${page(400)}#on-2024-01-02`],
    ['1999-12-31', page(400)],
    ['2024-01-11T00:00:00Z', `${page(400)}#on-2024-01-11`],
  ] as const) {
    const answer = await ask(`/list/red?at=${at}`);
    t.is(answer.status, 303, at);
    t.is(answer.headers.location, location);
    const [path = '', id = ''] = location.split('#');
    const { text } = await ask(path);
    if (id !== '') t.is(text.split(`id="${id}"`).length, 2);
  }
  t.is((await ask('/list/red?at=soon')).status, 400);
  const page400 = await ask('/list/red?at=soon', { headers: browser });
  t.regex(page400.text, /<small id="at-help">at is a time/);
  t.is((await ask('/list/none?at=2024-01-01')).status, 404);
  git.remotes.set(url, { commits: [] });
  await add('red', url);
  t.is((await ask('/list/red?at=2024-01-01')).headers.location, '/list/red');
});

contract('the only commit from before a day is found wherever it stands', async (t, serve) => {
  const { add, ask, git } = await serve(t);
  // A clock that was wrong.
  const commits = fakeCommits(450, (number) => (number === 200 ? { committedAt: day } : {}));
  git.remotes.set(url, { commits });
  await add('red', url);
  const answer = await ask('/list/red?at=2000-01-01');
  const cursor = writeCursor({ tip: fakeSha(450), commits: 450, skip: 200 });
  t.is(answer.headers.location, `/list/red?cursor=${cursor}#on-1970-01-02`);
});

contract('commits are grouped by the day they were committed on', async (t, serve) => {
  const { add, ask, git } = await serve(t);
  const times = [3 * day, 3 * day - 1, 3 * day, null, 2 * day];
  const commits = fakeCommits(5, (number) => ({ committedAt: times[5 - number] ?? null }));
  git.remotes.set(url, { commits });
  await add('red', url);
  const { text } = await ask('/list/red');
  t.deepEqual(
    [...text.matchAll(/<section class="day"(?: id="([^"]+)")?>\s*<h3>([^<]+)/g)].map(
      ([, id, name]) => [id, name],
    ),
    [
      ['on-1970-01-04', 'Sunday, 4 January 1970'],
      ['on-1970-01-03', 'Saturday, 3 January 1970'],
      [undefined, 'Sunday, 4 January 1970'],
      [undefined, 'No date'],
      [undefined, 'Saturday, 3 January 1970'],
    ],
  );
});

contract(
  'the first page counts the year up to the newest commit, week by week',
  async (t, serve) => {
    const { add, ask, git } = await serve(t);
    const tip = Date.UTC(2024, 1, 28) / 1000; // A Wednesday.
    const times = [tip, tip - 3600, tip - 2 * day - 1, tip - 400 * day, null];
    const commits = fakeCommits(150, (number) => ({
      committedAt: times[Math.min(150 - number, 4)] ?? null,
    }));
    git.remotes.set(url, { commits });
    await add('red', url);
    const first = await ask('/list/red');
    t.regex(first.text, /3 commits from 2023-02-27, week by week/);
    t.regex(
      first.text,
      /since=2024-02-26&amp;until=2024-03-04">2024-02-26<\/a><\/th><td class="number">2</,
    );
    t.regex(first.text, />2024-02-19<\/a><\/th><td class="number">1</);
    t.is(first.text.match(/<rect x=/g)?.length, 2);
    t.notRegex((await ask(link(first, 'next') ?? '')).text, /<svg/);
    t.notRegex((await ask('/list/red?q=Change')).text, /<svg/);
  },
);

contract('a project that cannot be fetched says why, until it can', async (t, serve) => {
  const { add, ask, git } = await serve(t);
  const commits = fakeCommits(3);
  git.remotes.set(url, { commits });
  await add('red', url);
  const before = await ask('/list/red');
  t.notRegex(before.text, /Failing/);
  git.remotes.set(url, { fails: { outcome: 'auth', detail: 'fatal: secret words of git' } });
  t.is((await ask('/add/red', { method: 'POST', body: url })).status, 500);
  for (const path of ['/list/red', '/authors/red', '/rewrites/red', '/list/red?q=Change']) {
    const { status, text } = await ask(path);
    t.is(status, 200);
    t.regex(text, /<title>Failing: red/);
    t.regex(text, /Failing: repository not public\.<\/strong> The repository is not public; /);
    t.notRegex(text, /secret words/);
  }
  git.remotes.set(url, { commits });
  await add('red', url);
  t.is((await ask('/list/red')).text, before.text);
});

contract(
  'authors are counted, the busiest first, and lead to what they wrote',
  async (t, serve) => {
    const { add, ask, git } = await serve(t);
    git.remotes.set(url, {
      commits: fakeCommits(160, (number) => ({
        author: number > 100 ? `Guest ${number}` : number > 10 ? 'Zoë & <Co>' : '',
      })),
    });
    await add('red', url);
    const page = await ask('/authors/red');
    t.is(page.status, 200);
    t.regex(page.text, /The 50 of 62 authors who have the most commits/);
    const names = [
      ...page.text.matchAll(
        /<th scope="row"[^>]*>(?:<a href="([^"]+)">)?<(?:bdi|span class="none")>([^<]+)/g,
      ),
    ];
    t.is(names.length, 50);
    t.deepEqual(names[0]?.slice(1), [
      '/list/red?author=Zo%C3%AB%20%26%20%3CCo%3E',
      'Zoë &amp; &lt;Co&gt;',
    ]);
    t.is(names[1]?.[2], 'no name');
    t.is(shasOnPage(await ask(names[0]?.[1] ?? '')).length, 90);
    const { etag = '' } = page.headers;
    t.is((await ask('/authors/red', { headers: { 'if-none-match': etag } })).status, 304);
    t.is((await ask('/authors/none')).status, 404);
    t.is((await ask('/authors/-x')).status, 400);
    git.remotes.set(url, { commits: [] });
    await add('red', url);
    t.regex((await ask('/authors/red')).text, /The repository is empty/);
  },
);

contract(
  'rewrites of a project that was removed are not told of the one that has its name now',
  async (t, serve) => {
    const { add, ask, git } = await serve(t);
    const texts: string[] = [];
    for (const before of [5, 9]) {
      for (const count of [before, 2]) {
        git.remotes.set(url, { commits: fakeCommits(count) });
        await add('red', url);
      }
      texts.push((await ask('/rewrites/red')).text);
      t.is((await ask('/api/v1/projects/red', { method: 'DELETE' })).status, 204);
    }
    t.regex(texts[0] ?? '', new RegExp(fakeSha(5)));
    t.regex(texts[1] ?? '', new RegExp(fakeSha(9)));
  },
);

contract(
  'what a rewrite lost is not taken for nothing because its project was away',
  async (t, serve) => {
    const { add, ask, git, store } = await serve(t);
    for (const count of [5, 2]) {
      git.remotes.set(url, { commits: fakeCommits(count) });
      await add('blue', url);
    }
    await add('red', url);
    const { lostCommits } = store;
    Object.assign(store, {
      lostCommits: async (...asked: Parameters<typeof lostCommits>) => {
        Object.assign(store, { lostCommits });
        await store.removeProject('red');
        return lostCommits(...asked);
      },
    });
    const path = `/rewrites/red?to=${fakeSha(2)}`;
    await ask(path);
    await add('red', url);
    t.regex((await ask(path)).text, new RegExp(`title="${fakeSha(5)}"`));
  },
);

contract('rewrites are listed, and each tells what it took away', async (t, serve) => {
  const { add, ask, git } = await serve(t);
  git.remotes.set(url, { commits: fakeCommits(500, () => ({ message: '<i>gone</i>' })) });
  await add('red', url);
  t.regex((await ask('/rewrites/red')).text, /Nothing has been rewritten/);
  for (const count of [250, 249]) {
    git.remotes.set(url, { commits: fakeCommits(count, () => ({ message: '<i>gone</i>' })) });
    await add('red', url);
  }
  const page = await ask('/rewrites/red');
  t.regex(page.text, /2 rewrites, newest first/);
  const paths = [...page.text.matchAll(/<a href="([^"]+)#lost"/g)].map(([, path]) => path ?? '');
  t.deepEqual(
    paths,
    [249, 250].map((tip) => `/rewrites/red?to=${fakeSha(tip)}`),
  );
  const lost = await ask(paths[1] ?? '');
  t.is(lost.status, 200);
  t.regex(lost.text, /The newest 200 of 250 commits/);
  t.is(lost.text.match(/<bdi>&lt;i&gt;gone&lt;\/i&gt;<\/bdi>/g)?.length, 200);
  t.true(lost.text.includes(`title="${fakeSha(500)}"`));
  const { etag = '' } = lost.headers;
  t.is((await ask(paths[1] ?? '', { headers: { 'if-none-match': etag } })).status, 304);
  t.is((await ask(`/rewrites/red?to=${fakeSha(7)}`)).status, 404);
  t.is((await ask('/rewrites/red?to=x')).status, 400);
  t.is((await ask('/rewrites/none')).status, 404);
  git.remotes.set(url, { commits: [] });
  await add('red', url);
  t.regex((await ask('/rewrites/red?to=none')).text, /What was lost/);
});
