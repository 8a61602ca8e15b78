import test from 'ava';
import { linkHeader } from '../../../handlers/http/link-header.ts';
import { fakeCommits } from '../../kit/fake-ports.ts';
import { serve } from '../../kit/hosts.ts';

test('of links that are too long together, the next page is the one that stays', (t) => {
  const link = (rel: 'first' | 'prev' | 'next', length: number) => ({
    rel,
    target: `/${'a'.repeat(length)}`,
  });
  const rels = (header: string) =>
    [...header.matchAll(/rel="(\w+)"/g)].map(([, rel]) => rel).join(' ');
  t.is(
    rels(linkHeader([link('first', 10), link('prev', 10), link('next', 10)])),
    'first prev next',
  );
  t.is(rels(linkHeader([link('first', 10), link('prev', 5000), link('next', 5000)])), 'first next');
  t.is(rels(linkHeader([link('first', 5000), link('next', 5000)])), 'next');
  t.is(rels(linkHeader([link('prev', 5000)])), 'prev');
  t.is(linkHeader([]), '');
});

test('with parameters as long as they may be, headers stay within what clients and proxies take', async (t) => {
  const { add, ask, git } = await serve(t);
  const url = 'https://example.org/red.git';
  const author = '\u3042'.repeat(400);
  const message = '\u3042'.repeat(200);
  const commits = fakeCommits(5).map((commit) => ({ ...commit, author, message }));
  git.remotes.set(url, { commits });
  await add('red', url);
  const query = new URLSearchParams({ author, q: message, limit: '2' });
  const { status, headers } = await ask(`/api/v1/projects/red/commits?${query.toString()}`);
  t.is(status, 200);
  t.regex(String(headers['link']), /rel="next"/);
  t.true(String(headers['link']).length <= 8000);
  query.set('author', 'a'.repeat(401));
  t.is((await ask(`/api/v1/projects/red/commits?${query.toString()}`)).status, 400);
});
