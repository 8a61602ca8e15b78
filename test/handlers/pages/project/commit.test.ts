import { fakeCommits, fakeSha } from '../../../kit/fake-ports.ts';
import { contract } from '../../../kit/hosts.ts';

const url = 'https://example.org/red.git';
const browser = { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' };
const evil = `<script>alert(1)</script>{{ 7*11111 }}{% raw %}' & \u202e`;
const half = '\ud800';
const escaped = '&lt;script&gt;alert(1)&lt;/script&gt;{{ 7*11111 }}{% raw %}&#39; &amp; \u202e';

contract('a page shows all that a commit says, as text', async (t, serve) => {
  const { add, ask, git } = await serve(t);
  git.remotes.set(url, {
    commits: fakeCommits(3, (number) =>
      number === 3 ? { parents: [fakeSha(2), fakeSha(1)], message: evil, author: evil } : {},
    ),
  });
  git.details = async () => ({
    body: `${evil}\n\n${'w'.repeat(10_000)}`,
    authorEmail: evil,
    committer: evil,
    committerEmail: evil,
    trailers: [{ key: evil, value: evil }],
    signed: true,
  });
  await add('red', url);
  const page = await ask(`/commit/red/${fakeSha(3)}`);
  t.is(page.status, 200);
  const { text } = page;
  t.notRegex(text, /<script>|77777/);
  // The subject and the names stand alone, whichever way they are written.
  t.is(text.split(`<bdi>${escaped}</bdi>`).length - 1, 7);
  t.true(text.includes(`<pre class="message" dir="auto">${escaped}`));
  for (const parent of [2, 1]) t.true(text.includes(`<a href="/commit/red/${fakeSha(parent)}">`));
  t.true(text.includes(fakeSha(3)));
  t.true(text.includes('Tue Nov 14 23:13:20 2023 +0100'));
  t.true(text.includes('<time datetime="2023-11-14T22:15:03Z"'));
  t.regex(text, /there is one, which nobody here has checked/);
  const { etag = '' } = page.headers;
  const known = { headers: { 'if-none-match': etag } };
  t.is((await ask(`/commit/red/${fakeSha(3)}`, known)).status, 304);
  t.is((await ask(`/commit/red/${fakeSha(3)}`, { method: 'HEAD' })).status, 200);
});

contract('a commit that says almost nothing has a page too', async (t, serve) => {
  const { add, ask, git } = await serve(t);
  const nothing = { message: '', author: '', date: null, authoredAt: null, committedAt: null };
  git.remotes.set(url, { commits: fakeCommits(1, () => nothing) });
  git.details = async () => ({
    body: '',
    authorEmail: '',
    committer: '',
    committerEmail: '',
    trailers: [],
    signed: false,
  });
  await add('red', url);
  const { status, text } = await ask(`/commit/red/${fakeSha(1)}`);
  t.is(status, 200);
  for (const words of [/No message/, /no name/, /no date/, /a history begins here/, /<dd>none</]) {
    t.regex(text, words);
  }
});

contract('half a character is shown as well as can be', async (t, serve) => {
  const { add, ask, git } = await serve(t);
  git.remotes.set(url, { commits: fakeCommits(1, () => ({ message: half, author: half })) });
  await add('red', url);
  for (const path of ['/list/red', '/authors/red', `/commit/red/${fakeSha(1)}`]) {
    const { status, text } = await ask(path);
    t.is(status, 200, path);
    t.regex(text, /\?author=%EF%BF%BD"/);
  }
});

contract('a commit is shown by a beginning that it has alone', async (t, serve) => {
  const { add, ask, git } = await serve(t);
  const commits = fakeCommits(3, (number) => ({
    sha: (number === 3 ? 'abce' : `abcd${number}`).padEnd(40, '0'),
    message: `<b>${number}</b>`,
  }));
  git.remotes.set(url, { commits });
  await add('red', url);
  t.is((await ask('/commit/red/ABCE')).status, 200);

  const refused = await ask('/commit/red/abcd');
  t.is(refused.status, 409);
  t.like(JSON.parse(refused.text), { type: '/problems/ambiguous_commit', status: 409 });
  const page = await ask('/commit/red/abcd', { headers: browser });
  t.is(page.status, 409);
  t.regex(page.headers['vary'] ?? '', /accept/);
  const links = [...page.text.matchAll(/class="subject" href="([^"]+)"><bdi>([^<]+)/g)];
  t.deepEqual(
    links.map(([, path, subject]) => [path, subject]),
    [1, 2].map((number) => [
      `/commit/red/${`abcd${number}`.padEnd(40, '0')}`,
      `&lt;b&gt;${number}&lt;/b&gt;`,
    ]),
  );
  t.is((await ask(links[1]?.[1] ?? '')).status, 200);
});

contract('a commit that is not there leads back to the list', async (t, serve) => {
  const { add, ask, git } = await serve(t);
  git.remotes.set(url, { commits: fakeCommits(3) });
  await add('red', url);
  const none = await ask('/commit/red/beef', { headers: browser });
  t.is(none.status, 404);
  t.regex(none.text, /href="\/list\/red"/);
  for (const [path, status] of [
    ['/commit/red/abc', 400],
    ['/commit/red/xyzt', 400],
    ['/commit/none/abcd', 404],
    ['/commit/-x/abcd', 400],
    ['/commit/red', 404],
  ] as const) {
    t.is((await ask(path)).status, status, path);
  }
});
