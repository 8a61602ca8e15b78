import { maxCountedDays } from '../../../domain/index.ts';
import { encodeCursor } from '../../../handlers/api/query.ts';
import { fakeCommits, fakeSha } from '../../kit/fake-ports.ts';
import { readDetail, readList, readObject } from '../../kit/json.ts';
import { contract, type Answer } from '../../kit/hosts.ts';

const url = 'https://example.org/red.git';
const path = '/api/v1/projects/red/commits';

function link({ headers }: Answer, rel: string): string | undefined {
  return new RegExp(`<([^>]*)>; rel="${rel}"`).exec(String(headers['link']))?.[1];
}

function shasIn({ text }: Answer): readonly (string | undefined)[] {
  return readList(text).map(({ sha }) => sha);
}

contract(
  'commits are those of /json, a hundred at a time, linked to each other',
  async (t, serve) => {
    const { add, ask, git } = await serve(t);
    const commits = fakeCommits(250);
    git.remotes.set(url, { commits });
    await add('red', url);
    const first = await ask(path);
    t.is(first.status, 200);
    t.is(first.headers['x-total-count'], '250');
    t.deepEqual(JSON.parse(first.text), commits.slice(0, 100));
    t.is(link(first, 'prev'), undefined);
    const second = await ask(link(first, 'next') ?? '');
    const third = await ask(link(second, 'next') ?? '');
    t.deepEqual(JSON.parse(third.text), commits.slice(200));
    t.is(link(third, 'next'), undefined);
    t.deepEqual(JSON.parse((await ask(link(third, 'prev') ?? '')).text), commits.slice(100, 200));
    const { etag = '' } = second.headers;
    const again = await ask(link(first, 'next') ?? '', { headers: { 'if-none-match': etag } });
    t.is(again.status, 304);
  },
);

contract(
  'a page of commits of very many parents is shorter than limit, and its link leads on',
  async (t, serve) => {
    const { add, ask, git } = await serve(t);
    const commits = fakeCommits(120, () => ({
      parents: Array.from({ length: 1000 }, (_, index) => fakeSha(index)),
    }));
    git.remotes.set(url, { commits });
    await add('red', url);
    const pages: Answer[] = [];
    for (let next: string | undefined = `${path}?limit=1000`; next && pages.length < 9;) {
      const page: Answer = await ask(next);
      t.is(page.headers['x-total-count'], '120');
      pages.push(page);
      next = link(page, 'next');
    }
    t.deepEqual(
      pages.map((page) => shasIn(page).length),
      [53, 53, 14],
    );
    t.true(pages.every(({ text }) => text.length < 2.5 * 1024 * 1024));
    t.deepEqual(
      pages.flatMap(shasIn),
      commits.map(({ sha }) => sha),
    );
  },
);

contract('commits are narrowed by author, time, message and first parents', async (t, serve) => {
  const { add, ask, git } = await serve(t);
  const commits = fakeCommits(9, (number) =>
    number === 8 ? { parents: [fakeSha(5), fakeSha(7)] } : {},
  );
  git.remotes.set(url, { commits });
  await add('red', url);
  const found = async (query: string) => {
    const answer = await ask(`${path}?${query}`);
    t.is(answer.status, 200, answer.text);
    t.is(answer.headers['x-total-count'], undefined);
    return shasIn(answer);
  };
  t.deepEqual(await found('author=Author%201'), [7, 4, 1].map(fakeSha));
  t.deepEqual(await found('author=author%201'), []);
  t.deepEqual(await found('q=CHANGE%203'), [fakeSha(3)]);
  t.deepEqual(await found('since=1700000108'), [9, 8].map(fakeSha));
  t.deepEqual(await found('until=1700000103'), [2, 1].map(fakeSha));
  t.deepEqual(await found('since=2023-11-14T22:15:07Z'), [9, 8, 7].map(fakeSha));
  t.deepEqual(await found('since=2023-11-14T23:15:06.5%2B01:00'), [9, 8, 7].map(fakeSha));
  t.deepEqual(
    await found('since=2023-11-14&until=2023-11-15&author=Author%200'),
    [9, 6, 3].map(fakeSha),
  );
  t.deepEqual(await found('until=2023-11-14'), []);
  t.deepEqual(await found('first_parent=true'), [9, 8, 5, 4, 3, 2, 1].map(fakeSha));
});

for (const [query, said] of [
  ['since=yesterday', /^since is a time/],
  ['until=2023-02-30', /^until is a time/],
  ['since=2023-11-14T25:00:00Z', /^since is a time/],
  ['since=2023-11-14T22:00:00+01:00', /^since is a time.*%2B/],
  ['since=-1', /^since is a time/],
  ['first_parent=1', /^first_parent is true or false/],
  ['author=', /^author is/],
  ['q=%00', /^q holds no control characters/],
  ['q=a%00zzz', /^q holds no control characters/],
  ['q=a%09b', /^q holds no control characters/],
  ['author=%C2%9B', /^author holds no control characters/],
  ['path=src/main.ts', /^path is not possible/],
  ['page=2', /^page: no such parameter/],
  ['cursor=WzFd', /^cursor is/],
] as const) {
  contract(`commits by ${query} are refused by name`, async (t, serve) => {
    const { add, ask, git } = await serve(t);
    git.remotes.set(url, { commits: fakeCommits(2) });
    await add('red', url);
    const { status, text } = await ask(`${path}?${query}`);
    t.is(status, 400);
    t.regex(readDetail(text), said);
  });
}

contract('a page of commits that have been rewritten is gone', async (t, serve) => {
  const { add, ask, git } = await serve(t);
  git.remotes.set(url, { commits: fakeCommits(250) });
  await add('red', url);
  const next = link(await ask(path), 'next') ?? '';
  git.remotes.set(url, {
    commits: fakeCommits(250, (number) => ({ sha: fakeSha(number + 1000) })),
  });
  await add('red', url);
  const answer = await ask(next);
  t.is(answer.status, 410);
  t.is(answer.headers['link'], `<${path}>; rel="first"`);
});

contract('a commit is read by its name or the beginning that it has alone', async (t, serve) => {
  const { add, ask, git } = await serve(t);
  const commits = fakeCommits(3, (number) =>
    number === 2
      ? { sha: 'abcd'.padEnd(40, '2') }
      : number === 1
        ? { sha: 'abce'.padEnd(40, '1') }
        : {},
  );
  git.remotes.set(url, { commits });
  await add('red', url);
  const whole = await ask(`${path}/${fakeSha(3)}`);
  t.is(whole.status, 200);
  t.deepEqual(JSON.parse(whole.text), {
    ...commits[0],
    body: 'Why 0000.',
    authorEmail: 'author@example.org',
    committer: 'A Committer',
    committerEmail: 'committer@example.org',
    trailers: [{ key: 'Signed-off-by', value: 'A Committer <committer@example.org>' }],
    signed: false,
  });
  const { etag = '' } = whole.headers;
  const known = await ask(`${path}/${fakeSha(3)}`, { headers: { 'if-none-match': etag } });
  t.is(known.status, 304);
  t.is((await ask(`${path}/ABCD`)).status, 200);
  for (const [name, status, code] of [
    ['abc', 400, 'bad_request'],
    ['xyzt', 400, 'bad_request'],
    ['beef', 404, 'unknown_commit'],
  ] as const) {
    const answer = await ask(`${path}/${name}`);
    t.is(answer.status, status, name);
    t.like(JSON.parse(answer.text), { type: `/problems/${code}` });
  }
  git.remotes.set(url, {
    commits: fakeCommits(2, (number) => ({ sha: `abcd${number}`.padEnd(40, '0') })),
  });
  await add('red', url);
  const two = await ask(`${path}/abcd`);
  t.is(two.status, 409);
  t.like(JSON.parse(two.text), { type: '/problems/ambiguous_commit' });
});

contract('statistics count by day, week or month, and by hour', async (t, serve) => {
  const { add, ask, git } = await serve(t);
  const day = 86_400;
  const at = Date.UTC(2024, 1, 28) / 1000; // A Wednesday.
  const times = [at, at + 3600, at + 2 * day, at + 5 * day];
  git.remotes.set(url, {
    commits: fakeCommits(4, (number) => ({ committedAt: times[number - 1] ?? 0 })),
  });
  await add('red', url);
  const read = async (query: string) => {
    const { status, text } = await ask(`/api/v1/projects/red/stats${query}`);
    t.is(status, 200, text);
    return readObject(text);
  };
  const { buckets, hours, authors, gapSeconds } = await read('');
  t.deepEqual(buckets, [
    { start: at - 2 * day, commits: 3 },
    { start: at + 5 * day, commits: 1 },
  ]);
  t.deepEqual(hours, [3, 1, ...Array.from({ length: 22 }, () => 0)]);
  t.deepEqual(authors, { d7: 0, d30: 0, d90: 0 });
  t.deepEqual(gapSeconds, { p50: 2 * day - 3600, p95: 3 * day });
  t.deepEqual((await read('?by=month'))['buckets'], [
    { start: Date.UTC(2024, 1) / 1000, commits: 2 },
    { start: Date.UTC(2024, 2) / 1000, commits: 2 },
  ]);
  t.deepEqual((await read('?by=day&from=2024-02-29&to=2024-03-02'))['buckets'], [
    { start: at + 2 * day, commits: 1 },
  ]);
  t.is((await ask('/api/v1/projects/red/stats?by=year')).status, 400);
  t.is((await ask('/api/v1/projects/none/stats')).status, 404);
});

contract(
  'statistics of commits of very many days are a 400 that says what to do, and pages are there',
  async (t, serve) => {
    const { add, ask, git } = await serve(t);
    const day = 86_400;
    git.remotes.set(url, {
      commits: fakeCommits(maxCountedDays + 1, (number) => ({ committedAt: number * day })),
    });
    await add('red', url);
    for (const by of ['day', 'week', 'month']) {
      const refused = await ask(`/api/v1/projects/red/stats?by=${by}`);
      t.is(refused.status, 400, by);
      t.like(JSON.parse(refused.text), {
        type: '/problems/too_many_days',
        detail: 'The commits are of more than 20000 days; narrow from and to.',
      });
    }
    t.is(
      (await ask(`/api/v1/projects/red/stats?by=day&from=2000-01-01&to=2001-01-01`)).status,
      200,
    );
    for (const page of ['/list/red', '/authors/red', '/rewrites/red', '/']) {
      t.is((await ask(page)).status, 200, page);
    }
  },
);

contract('rewrites tell what they lost', async (t, serve) => {
  const { add, ask, git } = await serve(t);
  git.remotes.set(url, { commits: fakeCommits(5) });
  await add('red', url);
  t.deepEqual(JSON.parse((await ask('/api/v1/projects/red/rewrites')).text), []);
  for (const count of [3, 2, 1]) {
    git.remotes.set(url, { commits: fakeCommits(count) });
    await add('red', url);
  }
  const all = await ask('/api/v1/projects/red/rewrites?limit=2');
  t.is(all.headers['x-total-count'], '3');
  t.like(JSON.parse(all.text), [
    { oldTip: fakeSha(2), newTip: fakeSha(1), lost: 1 },
    { oldTip: fakeSha(3), newTip: fakeSha(2), lost: 1 },
  ]);
  const rest = await ask(link(all, 'next') ?? '');
  t.like(JSON.parse(rest.text), [{ oldTip: fakeSha(5), newTip: fakeSha(3), lost: 2 }]);
  t.is((await ask(link(rest, 'prev') ?? '')).text, all.text);
  const lost = await ask(`/api/v1/projects/red/rewrites/${fakeSha(3)}/commits?limit=1`);
  t.deepEqual(shasIn(lost), [fakeSha(5)]);
  t.deepEqual(shasIn(await ask(link(lost, 'next') ?? '')), [fakeSha(4)]);
  // Two pages with the same links are two pages.
  const from = (start: number) =>
    ask(
      `/api/v1/projects/red/rewrites/${fakeSha(3)}/commits?limit=9&cursor=${encodeCursor(start)}`,
    );
  t.deepEqual(shasIn(await from(1)), [fakeSha(4)]);
  t.deepEqual(shasIn(await from(2)), []);
  t.is((await ask(`/api/v1/projects/red/rewrites/${fakeSha(5)}/commits`)).status, 404);
  t.is((await ask('/api/v1/projects/red/rewrites/null/commits')).status, 404);
  t.is((await ask('/api/v1/projects/red/rewrites/x/commits')).status, 400);
  t.is((await ask('/api/v1/projects/none/rewrites')).status, 404);
});
