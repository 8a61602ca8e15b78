import { extname } from 'node:path';
import { fakeCommits } from '../../kit/fake-ports.ts';
import { contract } from '../../kit/hosts.ts';

const url = 'https://example.org/red.git';
const types: Readonly<Record<string, RegExp>> = {
  '.css': /^text\/css/,
  '.js': /^text\/javascript/,
  '.svg': /^image\/svg/,
};
const browser = { accept: 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8' };

contract('the first page lists every project and shows how to add one', async (t, serve) => {
  const { add, ask, git, origin } = await serve(t);
  git.remotes.set(url, { commits: fakeCommits(1234) });
  git.remotes.set('https://example.org/empty', { commits: [] });
  await add('red', url);
  await add('empty', 'https://example.org/empty');
  const { status, text } = await ask('/');
  t.is(status, 200);
  t.regex(text, /2 projects, by name/);
  t.true(text.indexOf('href="/list/empty"') < text.indexOf('href="/list/red"'));
  t.regex(text, /1,234/);
  t.regex(
    text,
    /<time datetime="2023-11-14T22:35:34Z" title="2023-11-14 22:35 UTC"[^>]*>\d years ago<span/,
  );
  t.true(
    text.includes(`curl -d https://github.com/chrislgarry/Apollo-11.git ${origin}/add/Apollo-11`),
  );
});

contract('a project whose remote fails says why, and since when', async (t, serve) => {
  const { add, ask, git } = await serve(t);
  git.remotes.set(url, { commits: fakeCommits(3) });
  await add('red', url);
  git.remotes.set(url, { fails: { outcome: 'tls', detail: 'fatal: no' } });
  t.is((await ask('/add/red', { method: 'POST', body: url })).status, 500);
  const { text } = await ask('/');
  t.regex(text, /failing: no secure connection, last seen up <time/);
  t.false(text.includes('fatal'));
});

contract('without projects the first page says so', async (t, serve) => {
  const { ask } = await serve(t);
  t.regex((await ask('/')).text, /There are no projects yet/);
});

contract('a Host header that is none does not reach the page', async (t, serve) => {
  const { ask } = await serve(t, { gateRules: {} });
  const { text } = await ask('/', { headers: { host: 'x"; rm -rf ~; "' } });
  t.notRegex(text, /rm -rf/);
  t.regex(text, /http:\/\/127\.0\.0\.1:5000\/add/);
});

contract(
  'every page has one heading, a main part, a language and no inline script or style',
  async (t, serve) => {
    const { add, ask, git } = await serve(t);
    git.remotes.set(url, { commits: fakeCommits(300) });
    await add('red', url);
    for (const path of ['/', '/list/red', '/list/red?cursor=x', '/list/none', '/nothing']) {
      const { text } = await ask(path, { headers: browser });
      t.is(text.match(/<h1>/g)?.length, 1, path);
      t.is(text.match(/<main id="main"/g)?.length, 1, path);
      t.regex(text, /^<!doctype html>\n<html lang="en">/);
      t.regex(text, /<a class="skip" href="#main">/);
      t.notRegex(text, /<style|style=|\son\w+=|javascript:/);
      const scripts = text.match(/<script[^]*?<\/script>/g) ?? [];
      for (const script of scripts)
        t.regex(script, /^<script type="module" src="\/static\/js\/[\w/-]+\.js"><\/script>$/);
      for (const table of text.split('<table').slice(1))
        t.regex(table, /^[^>]*(?:>\s*<caption| aria-labelledby="[^"]+">)/);
    }
  },
);

contract('what no route knows is a 404, in the form that was asked for', async (t, serve) => {
  const { ask } = await serve(t);
  const paths = [
    '/nothing',
    '/json',
    '/json/',
    '/json/a/b',
    '/add/x',
    '/list/a/b',
    '/%00',
    '/favicon.ico',
  ];
  for (const path of paths) {
    const answer = await ask(path);
    t.is(answer.status, 404, path);
    t.is(answer.headers['content-type'], 'application/problem+json');
    t.like(JSON.parse(answer.text), { type: '/problems/no_such_page', status: 404 });
    const page = await ask(path, { headers: browser });
    t.is(page.status, 404);
    t.regex(page.text, /<h1>No such page<\/h1>/);
  }
  for (const method of ['POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS']) {
    t.is((await ask('/json/x', { method })).status, 404, method);
  }
});

contract('a path that cannot be decoded is a 400', async (t, serve) => {
  const { ask } = await serve(t);
  for (const path of ['/json/%zz', '/list/%ff', '/static/%c0%ae']) {
    const answer = await ask(path);
    t.is(answer.status, 400, path);
    t.like(JSON.parse(answer.text), { type: '/problems/bad_request', status: 400 });
  }
});

contract('a file whose name is longer than any can be is not there', async (t, serve) => {
  const { ask } = await serve(t);
  for (const name of ['n'.repeat(300), 'n/'.repeat(3000)]) {
    t.is((await ask(`/static/${name}x`)).status, 404);
  }
});

contract('the files that pages need are there, typed, and not sent twice', async (t, serve) => {
  const { ask } = await serve(t);
  const { text } = await ask('/');
  const files = [...text.matchAll(/"(\/static\/[^"]+)"/g)].map(([, path]) => path ?? '');
  t.deepEqual(files, [
    '/static/icon.svg',
    '/static/pico.min.css',
    '/static/site.css',
    '/static/overview.css',
    '/static/js/views/browser/site.js',
    '/static/js/views/browser/overview.js',
  ]);
  for (const path of files) {
    const answer = await ask(path);
    t.is(answer.status, 200, path);
    t.regex(answer.headers['content-type'] ?? '', types[extname(path)] ?? /^$/);
    const again = await ask(path, { headers: { 'if-none-match': answer.headers.etag ?? '' } });
    t.is(again.status, 304);
  }
});

contract('nothing but those files can be had under /static', async (t, serve) => {
  const { ask } = await serve(t);
  const paths = [
    '/static/',
    '/static',
    '/static/../render.ts',
    '/static/..%2frender.ts',
    '/static/%2e%2e/render.ts',
    '/static/%2fetc%2fpasswd',
    '/static/pico.css',
    '/static/pico.min.css/../pico.css',
    '/static/.hidden',
    '/static/%00',
    '/static/none.css',
    '/static/js/',
    '/static/js/..%2f..%2fcli.js',
    '/static/js/%2e%2e/%2e%2e/cli.js',
    '/static/js/views/browser/site.ts',
  ];
  for (const path of paths) {
    const answer = await ask(path);
    t.is(answer.status, 404, path);
    t.is(answer.headers['content-type'], 'application/problem+json');
  }
});

contract('a range is not what anybody gets', async (t, serve) => {
  const { ask } = await serve(t);
  for (const range of ['bytes=0-10', 'bytes=99999999-']) {
    t.is((await ask('/static/site.css', { headers: { range } })).status, 200);
  }
});

contract('an odd cookie is nobody’s business', async (t, serve) => {
  const { ask } = await serve(t);
  t.is((await ask('/', { headers: { cookie: 'a="; b=(; =; ;;' } })).status, 200);
});

contract('the server says that it is alive', async (t, serve) => {
  const { ask } = await serve(t);
  t.like(await ask('/healthz'), { status: 200, text: 'ok\n' });
});
