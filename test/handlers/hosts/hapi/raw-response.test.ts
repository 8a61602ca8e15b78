import { writeCursor } from '../../../../handlers/api/cursor.ts';
import { fakeCommits, fakeSha } from '../../../kit/fake-ports.ts';
import { contract } from '../../../kit/hosts.ts';

const url = 'https://example.org/red.git';
const other = 'https://example.org/blue.git';
const browser = 'text/html,application/xhtml+xml,*/*;q=0.8';

const second = `?cursor=${writeCursor({ tip: fakeSha(150), commits: 150, skip: 100 })}`;

const representations = [
  '/json/red',
  '/list/red',
  `/list/red${second}`,
  '/json/red (page)',
].flatMap((what) => ['gzip', 'identity'].map((encoding) => ({ what, encoding })));

contract('each encoding of an answer has a strong ETag of its own, and 304', async (t, serve) => {
  const { add, ask, git } = await serve(t);
  git.remotes.set(url, { commits: fakeCommits(150) });
  await add('red', url);
  const tags = new Set<string>();
  for (const { what, encoding } of representations) {
    const [path = ''] = what.split(' ');
    const headers = {
      'accept-encoding': encoding,
      ...(what.includes('page') && { accept: browser }),
    };
    const first = await ask(path, { headers });
    t.is(first.status, 200, what);
    const { etag = '' } = first.headers;
    t.regex(etag, /^"[\w-]+"$/);
    t.is(first.headers['content-encoding'], encoding === 'gzip' ? 'gzip' : undefined);
    t.deepEqual(first.headers.vary?.split(/, ?/), ['accept', 'accept-encoding']);
    tags.add(etag);
    for (const known of [etag, `W/${etag}`, `"other", ${etag}`, '*']) {
      const again = await ask(path, { headers: { ...headers, 'if-none-match': known } });
      t.is(again.status, 304, known);
      t.is(again.text, '');
      t.is(again.headers.etag, etag);
    }
    const changed = await ask(path, { headers: { ...headers, 'if-none-match': '"other"' } });
    t.is(changed.status, 200);
  }
  t.is(tags.size, representations.length);
});

contract('an answer is of the history that is there, never of an older one', async (t, serve) => {
  const { add, ask, git } = await serve(t);
  git.remotes.set(url, { commits: fakeCommits(1) });
  git.remotes.set(other, { commits: fakeCommits(1) });
  const read = async () => {
    const [json, list] = await Promise.all([ask('/json/red'), ask('/list/red')]);
    return { json, list };
  };
  await add('red', url);
  const before = await read();

  git.remotes.set(url, { commits: fakeCommits(2) });
  await add('red', url);
  const pushed = await read();
  t.regex(pushed.json.text, /Change 2/);
  t.regex(pushed.list.text, /Change 2/);
  t.not(pushed.json.headers.etag, before.json.headers.etag);

  git.remotes.set(url, { commits: fakeCommits(1) });
  await add('red', url);
  t.deepEqual(
    [(await read()).json.text, (await read()).list.text],
    [before.json.text, before.list.text],
  );

  // The same commits under another url make another document.
  await add('red', other);
  const replaced = await read();
  t.true(replaced.json.text.includes(other));
  t.true(replaced.list.text.includes(other));

  t.is((await ask('/api/v1/projects/red', { method: 'DELETE' })).status, 204);
  const { etag = '' } = replaced.json.headers;
  t.is((await ask('/json/red')).status, 404);
  t.is((await ask('/json/red', { headers: { 'if-none-match': etag } })).status, 404);
  t.is((await ask('/list/red')).status, 404);
});

contract('what is too large to be kept is streamed, the same byte for byte', async (t, serve) => {
  const kept = await serve(t, { cacheBytes: 1e7 });
  const streamed = await serve(t, { cacheBytes: 1e4 });
  for (const { add, git } of [kept, streamed]) {
    git.remotes.set(url, { commits: fakeCommits(3000) });
    await add('red', url);
  }
  const place = { tip: fakeSha(3000), commits: 3000, skip: 100 };
  for (const { what, encoding } of representations) {
    const path = what.replace(/ .*/, '').replace(second, `?cursor=${writeCursor(place)}`);
    const headers = { 'accept-encoding': encoding };
    const [one, two] = await Promise.all([
      kept.ask(path, { headers }),
      streamed.ask(path, { headers }),
    ]);
    t.is(two.status, 200);
    t.true(one.text === two.text, what);
    t.is(one.headers.etag, two.headers.etag);
  }
});

contract('programs get JSON and browsers a page of it, by what they accept', async (t, serve) => {
  const { add, ask, git } = await serve(t);
  git.remotes.set(url, {
    commits: fakeCommits(150, (number) => ({ message: `<b>Change ${number}</b>` })),
  });
  await add('red', url);
  const types: string[] = [];
  for (const accept of ['*/*', 'application/json', browser, 'text/html']) {
    const { headers } = await ask('/json/red', { headers: { accept } });
    types.push(String(headers['content-type']).replace(/;.*/, ''));
    t.regex(String(headers.vary), /\baccept\b/);
  }
  t.deepEqual(types, ['application/json', 'application/json', 'text/html', 'text/html']);

  const page = await ask('/json/red', { headers: { accept: browser } });
  t.regex(page.text, /&quot;hash&quot;: &quot;0000009600&quot;/);
  t.false(page.text.includes('<b>'));
  t.true(page.text.includes(`href="/json/red${second}" rel="next"`));
  t.is(page.headers['link'], `</json/red${second}>; rel="next"`);
  const older = await ask(`/json/red${second}`, { headers: { accept: browser } });
  t.regex(older.text, /Change 1&lt;\/b&gt;/);
  t.regex(older.text, /href="\/json\/red" rel="prev"/);
});
