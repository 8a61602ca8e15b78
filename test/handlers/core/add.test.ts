import { once } from 'node:events';
import { DomainError, fetchFailures } from '../../../domain/index.ts';
import { fakeCommits, fakeSha } from '../../kit/fake-ports.ts';
import { contract } from '../../kit/hosts.ts';

const url = 'https://example.org/red.git';

const bodies: readonly (readonly [string, string])[] = [
  ['the url itself', url],
  ['the url in white space', `\r\n  ${url}\t\n`],
  ['the url after a byte order mark', `\ufeff${url}`],
  ['JSON', JSON.stringify({ url })],
  ['JSON in white space, with more in it', `\n ${JSON.stringify({ name: 'x', url }, null, 2)}\n`],
  ['a form', `url=${encodeURIComponent(url)}`],
  ['a form with more in it', `url=${encodeURIComponent(url)}&name=x`],
  ['a form that nobody encoded', `url=${url}`],
];

const types = [
  'application/x-www-form-urlencoded',
  'application/json',
  'text/plain',
  'garbage//',
  '',
];

contract('what was added is asked for news again as often as the limits say', async (t, serve) => {
  const { ask, git } = await serve(t, { rules: { minSeconds: 7, maxSeconds: 7 } });
  git.remotes.set(url, { commits: fakeCommits(2) });
  await ask('/add/red', { method: 'POST', body: url });
  const { text } = await ask('/metrics');
  const [, interval] = /^gitmon_refresh_interval_seconds\{project="red"\} (\S+)$/m.exec(text) ?? [];
  t.is(Math.round(Number(interval)), 7);
});

for (const [what, body] of bodies) {
  contract(`a body may be ${what}, whatever its type says`, async (t, serve) => {
    const { ask, git } = await serve(t);
    git.remotes.set(url, { commits: fakeCommits(2) });
    for (const type of types) {
      const headers = type === '' ? {} : { 'content-type': type };
      const answer = await ask('/add/red', { method: 'POST', body, headers });
      t.is(answer.status, 200, `${type}: ${answer.text}`);
      t.is(answer.text, JSON.stringify({ name: 'red', url, commits: 2, tip: fakeSha(2) }));
      t.regex(answer.headers['content-type'] ?? '', /^application\/json\b/);
    }
  });
}

contract('an empty repository is a project without a tip', async (t, serve) => {
  const { ask, git } = await serve(t);
  git.remotes.set(url, { commits: [] });
  const answer = await ask('/add/red', { method: 'POST', body: url });
  t.is(answer.text, JSON.stringify({ name: 'red', url, commits: 0, tip: null }));
});

contract('adding again refreshes', async (t, serve) => {
  const { add, ask, git } = await serve(t);
  git.remotes.set(url, { commits: fakeCommits(2) });
  await add('red', url);
  git.remotes.set(url, { commits: fakeCommits(5) });
  const answer = await ask('/add/red', { method: 'POST', body: url });
  t.like(JSON.parse(answer.text), { commits: 5 });
});

const badBodies: readonly (readonly [string, string, RegExp])[] = [
  ['nothing', '', /Send the http or https url/],
  ['white space', ' \n', /Send the http or https url/],
  ['another scheme', 'file:///etc/passwd', /begins with http/],
  ['a user name', 'https://me@example.org/x', /no user name/],
  ['broken JSON', '{"url": "https://example.org/x"', /JSON of the form/],
  ['JSON without a url', '{"link": "https://example.org/x"}', /JSON of the form/],
  ['JSON whose url is a list', '{"url": ["https://example.org/x"]}', /JSON of the form/],
  ['a form without a value', 'url=', /Send the http or https url/],
];

for (const [what, body, rule] of badBodies) {
  contract(`${what} as body is a 400 that names the rule`, async (t, serve) => {
    const { ask } = await serve(t);
    const answer = await ask('/add/red', { method: 'POST', body });
    t.is(answer.status, 400);
    t.is(answer.headers['content-type'], 'application/problem+json');
    t.like(JSON.parse(answer.text), { type: '/problems/bad_url', status: 400 });
    t.regex(answer.text, rule);
  });
}

contract(
  'a body of 8 KiB is read, a longer one is a 400, whether it tells its length or not',
  async (t, serve) => {
    const { ask, git } = await serve(t);
    git.remotes.set(url, { commits: [] });
    const fits = url.padEnd(8192);
    t.is((await ask('/add/red', { method: 'POST', body: fits })).status, 200);
    for (const headers of [{}, { 'transfer-encoding': 'chunked' }]) {
      for (const body of [`${fits} `, url.padEnd(60_000), url.padEnd(3_000_000)]) {
        const answer = await ask('/add/red', { method: 'POST', body, headers });
        t.is(answer.status, 400);
        t.like(JSON.parse(answer.text), { type: '/problems/body_too_large', status: 400 });
      }
    }
  },
);

for (const name of [
  '-x',
  '.x',
  '%00',
  'a%00b',
  'a%20b',
  'a%2Fb',
  '%F0%9F%98%80',
  'x'.repeat(101),
]) {
  contract(`the name ${name.slice(0, 20)} is a 400`, async (t, serve) => {
    const { ask } = await serve(t);
    const answer = await ask(`/add/${name}`, { method: 'POST', body: url });
    t.is(answer.status, 400);
    t.like(JSON.parse(answer.text), { type: '/problems/bad_name', status: 400 });
  });
}

contract('names that every object has are names like others', async (t, serve) => {
  const { add, ask, git } = await serve(t);
  git.remotes.set(url, { commits: fakeCommits(1) });
  await add('constructor', url);
  t.like(JSON.parse((await ask('/json/constructor')).text), { name: 'constructor' });
  t.is((await ask('/json/toString')).status, 404);
  t.is((await ask('/add/__proto__', { method: 'POST', body: url })).status, 400);
});

for (const outcome of fetchFailures) {
  contract(
    `a fetch that ends in ${outcome} is a 500 that says so, without what git said`,
    async (t, serve) => {
      const { ask, git, logged } = await serve(t);
      const detail = 'fatal: secret words of git in /var/lib/secret';
      git.remotes.set(url, { fails: { outcome, detail } });
      const answer = await ask('/add/red', { method: 'POST', body: url });
      t.is(answer.status, 500);
      t.is(answer.headers['content-type'], 'application/problem+json');
      const shape = `{"type":"/problems/${outcome}","title":"[^"]+","status":500,"detail":"[^"]+","outcome":"${outcome}"}`;
      t.regex(answer.text, new RegExp(`^${shape}$`));
      t.notRegex(answer.text + JSON.stringify(answer.headers), /secret|fatal/);
      t.is((await ask('/json/red')).status, 404);

      const line = await logged(({ req }) => req?.method === 'POST');
      t.like(line, { level: outcome === 'internal' ? 50 : 40, outcome, detail });
    },
  );
}

contract(
  'an error nobody expected is a 500 without its text, which the log has with its stack',
  async (t, serve) => {
    const { ask, git, log, logged } = await serve(t);
    git.remotes.set(url, { throws: new Error('secret thought') });
    const answer = await ask('/add/red', { method: 'POST', body: url });
    t.is(answer.status, 500);
    t.like(JSON.parse(answer.text), { type: '/problems/unexpected', status: 500 });
    t.notRegex(answer.text, /secret|\.ts/);
    const page = await ask('/add/red', {
      method: 'POST',
      body: url,
      headers: { accept: 'text/html' },
    });
    t.is(page.status, 500);
    t.regex(page.text, /<h1>Something went wrong<\/h1>/);
    t.notRegex(page.text, /secret/);

    const id = answer.headers['x-request-id'];
    const line = await logged(({ req }) => req?.id === id);
    t.is(line.level, 50);
    t.is(line.err?.message, 'secret thought');
    t.regex(line.err?.stack ?? '', /add\.test\.ts/);
    await logged(({ req }) => req?.id === page.headers['x-request-id']);
    t.is(log.length, 2);
  },
);

contract(
  'while git cannot be run, adding is a 503 that says when to try again, and changes nothing',
  async (t, serve) => {
    const { add, ask, git } = await serve(t);
    git.remotes.set(url, { commits: fakeCommits(2) });
    await add('red', url);
    git.remotes.set(url, { throws: new DomainError('git_unavailable', 'Git is not there.') });
    for (const name of ['red', 'blue']) {
      const answer = await ask(`/add/${name}`, { method: 'POST', body: url });
      t.is(answer.status, 503);
      t.like(answer.headers, { 'retry-after': '5' });
      t.like(JSON.parse(answer.text), { type: '/problems/git_unavailable' });
    }
    t.like(JSON.parse((await ask('/api/v1/projects/red')).text), {
      state: 'up',
      lastOutcome: 'ok',
    });
  },
);

contract('more projects than allowed are a 400 that names the setting', async (t, serve) => {
  const { add, ask, git } = await serve(t, { maxProjects: 1 });
  git.remotes.set(url, { commits: fakeCommits(1) });
  await add('red', url);
  const answer = await ask('/add/blue', { method: 'POST', body: url });
  t.is(answer.status, 400);
  t.like(JSON.parse(answer.text), { type: '/problems/too_many_projects' });
  t.regex(answer.text, /MAX_PROJECTS/);
  await add('red', url);
});

contract(
  'a fetch beyond the limit is a 503 with Retry-After, one of a running url joins',
  async (t, serve) => {
    const { ask, git, origin } = await serve(t, { concurrency: 1 });
    git.remotes.set(url, 'silent');
    git.remotes.set('https://example.org/blue', { commits: [] });
    const client = new AbortController();
    const asked = git.asked();
    const first = fetch(`${origin}/add/red`, { method: 'POST', body: url, signal: client.signal });
    const ended = await asked;

    const answer = await ask('/add/blue', { method: 'POST', body: 'https://example.org/blue' });
    t.is(answer.status, 503);
    t.is(answer.headers['retry-after'], '5');
    t.like(JSON.parse(answer.text), { type: '/problems/busy', status: 503 });

    const over = once(ended, 'abort');
    client.abort();
    await t.throwsAsync(first);
    await over;
  },
);

contract(
  'the fetch ends when its client goes away, and the log has one line of it',
  async (t, serve) => {
    const { git, origin, log, logged } = await serve(t);
    git.remotes.set(url, 'silent');
    const client = new AbortController();
    const asked = git.asked();
    const answer = fetch(`${origin}/add/red`, { method: 'POST', body: url, signal: client.signal });
    const ended = await asked;
    t.false(ended.aborted);
    const over = once(ended, 'abort');
    client.abort();
    await t.throwsAsync(answer);
    await over;
    const line = await logged(({ req }) => req?.url === '/add/red');
    t.like(line, { level: 30, res: { statusCode: null }, msg: 'POST /add/red client left' });
    t.is(log.length, 1);
  },
);

contract('the fetch goes on for another client of the same url', async (t, serve) => {
  const { git, origin, joined, logged } = await serve(t);
  git.remotes.set(url, 'silent');
  const clients = [new AbortController(), new AbortController()];
  const asked = git.asked();
  const add = (name: string, signal: AbortSignal | undefined) =>
    t.throwsAsync(
      fetch(`${origin}/add/${name}`, { method: 'POST', body: url, signal: signal ?? null }),
    );
  const first = add('one', clients[0]?.signal);
  const ended = await asked;
  const joins = joined();
  const second = add('two', clients[1]?.signal);
  await joins;
  clients[0]?.abort();
  await first;
  await logged(({ req }) => req?.url === '/add/one');
  t.false(ended.aborted);
  const over = once(ended, 'abort');
  clients[1]?.abort();
  await second;
  await over;
});

contract('a fetch that takes longer than allowed is ended as timeout', async (t, serve) => {
  const { ask, git } = await serve(t, { timeoutSeconds: 0.05 });
  git.remotes.set(url, 'silent');
  const answer = await ask('/add/red', { method: 'POST', body: url });
  t.is(answer.status, 500);
  t.like(JSON.parse(answer.text), { type: '/problems/timeout', outcome: 'timeout' });
});

const foreign = [
  { 'sec-fetch-site': 'cross-site' },
  { 'sec-fetch-site': 'same-site' },
  { origin: 'https://evil.example' },
  { origin: 'null' },
];

for (const headers of foreign) {
  contract(`a write of another site is a 403: ${JSON.stringify(headers)}`, async (t, serve) => {
    const { ask, git } = await serve(t);
    git.remotes.set(url, { commits: [] });
    const answer = await ask('/add/red', { method: 'POST', body: url, headers });
    t.is(answer.status, 403);
    t.like(JSON.parse(answer.text), { type: '/problems/cross_origin', status: 403 });
    t.is((await ask('/json/red')).status, 404);
  });
}

contract('a write of this site, and of a program, is let through', async (t, serve) => {
  const { ask, git, origin } = await serve(t);
  git.remotes.set(url, { commits: [] });
  for (const headers of [{ 'sec-fetch-site': 'same-origin', origin }, { origin }, {}]) {
    const answer = await ask('/add/red', { method: 'POST', body: url, headers });
    t.is(answer.status, 200, JSON.stringify(headers));
  }
});
