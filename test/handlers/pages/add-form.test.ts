import { fakeCommits } from '../../kit/fake-ports.ts';
import { contract } from '../../kit/hosts.ts';

const url = 'https://example.org/red.git';
const form = { 'content-type': 'application/x-www-form-urlencoded', accept: 'text/html' };
const send = (fields: Readonly<Record<string, string>>) => ({
  method: 'POST',
  headers: form,
  body: new URLSearchParams(fields).toString(),
});

contract('the form leads to the new project', async (t, serve) => {
  const { ask, git } = await serve(t);
  git.remotes.set(url, { commits: fakeCommits(3) });
  const page = await ask('/');
  t.regex(page.text, /<form method="post" action="\/add" id="add-form">/);
  const answer = await ask('/add', send({ name: ' red ', url: ` ${url} ` }));
  t.is(answer.status, 303);
  t.is(answer.headers.location, '/list/red');
  t.is(answer.text, '');
  t.is((await ask('/list/red')).status, 200);
});

const mistakes = [
  ['a bad name', { name: '../red', url }, 400, 'name', /A project name is/],
  ['no name', { url }, 400, 'name', /A project name is/],
  ['a bad url', { name: 'red', url: 'ftp://x' }, 400, 'url', /begins with http/],
  ['no url', { name: 'red' }, 400, 'url', /Send the http or https url/],
  ['a failed fetch', { name: 'red', url }, 500, 'url', /no repository at that url/],
] as const;

for (const [what, fields, status, field, message] of mistakes) {
  contract(
    `the form comes again after ${what}, with what was sent and why not`,
    async (t, serve) => {
      const { ask } = await serve(t);
      const { status: given, text, headers } = await ask('/add', send(fields));
      t.is(given, status);
      t.regex(String(headers['content-type']), /^text\/html/);
      const input = new RegExp(`<input id="${field}"[^>]*>`).exec(text)?.[0] ?? '';
      t.regex(input, /aria-invalid="true"/);
      t.regex(input, new RegExp(`aria-describedby="${field}-help"`));
      const help = new RegExp(`<small id="${field}-help">([^<]*)</small>`).exec(text)?.[1] ?? '';
      t.regex(help, message);
      t.is(text.match(/aria-invalid/g)?.length, 1);
      for (const value of Object.values(fields)) t.true(text.includes(`value="${value}"`), value);
      t.is((await ask('/json/red')).status, 404);
    },
  );
}

contract(
  'who sends what is being added already is led to how that goes, at once',
  async (t, serve) => {
    const { ask, git } = await serve(t);
    git.remotes.set(url, 'silent');
    const asked = git.asked();
    const first = ask('/add', send({ name: 'red', url }));
    await asked;
    const second = await ask('/add', send({ name: 'red', url }));
    t.is(second.status, 303);
    // The first still waits a little for the end.
    t.is(await Promise.race([first, Promise.resolve('waits')]), 'waits');
    t.is((await first).headers.location, second.headers.location);
  },
);

contract(
  'a password in the url of the form is shown no more, and logged nowhere',
  async (t, serve) => {
    const { ask, logText } = await serve(t);
    const fields = { name: 'red', url: 'https://ada:s3cret@git.example.org/x.git' };
    const { text, status } = await ask('/add', send(fields));
    t.is(status, 400);
    t.regex(text, /carries no user name or password/);
    t.regex(text, /value="https:\/\/git\.example\.org\/x\.git"/);
    const filled = await ask(`/?${new URLSearchParams(fields).toString()}`);
    t.regex(filled.text, /value="https:\/\/git\.example\.org\/x\.git"/);
    t.notRegex(text + filled.text, /s3cret/);
    for (const body of [
      `url=${encodeURIComponent(fields.url)}`,
      JSON.stringify({ url: fields.url }),
    ]) {
      for (const headers of [{}, { prefer: 'respond-async' }]) {
        const refused = await ask('/add/red', { method: 'POST', body, headers });
        t.is(refused.status, 400);
        t.notRegex(refused.text, /s3cret/);
      }
    }
    const put = { method: 'PUT', body: JSON.stringify({ url: fields.url }) };
    t.notRegex((await ask('/api/v1/projects/red', put)).text, /s3cret/);
    t.notRegex(logText.join(''), /s3cret/);
  },
);

contract('what the form is sent is text, never markup', async (t, serve) => {
  const { ask } = await serve(t);
  const hostile = '"><script>alert(1)</script>';
  const { text } = await ask('/add', send({ name: hostile, url: hostile }));
  t.false(text.includes('<script>'));
  t.regex(text, /value="&quot;&gt;&lt;script&gt;/);
});

contract('a form is counted as an add, and its failure logged as one', async (t, serve) => {
  const { ask, git, logged } = await serve(t);
  git.remotes.set(url, { commits: [] });
  await ask('/add', send({ name: 'red', url }));
  await ask('/add', send({ name: 'red', url: 'x' }));
  await ask('/add', send({ name: 'blue', url: 'https://example.org/none.git' }));
  const { text } = await ask('/metrics');
  const count = (status: number) =>
    new RegExp(
      `request_count_total{app_name="server",method="POST",endpoint="/add/{projectname}",http_status="${status}"} (\\d+)`,
    ).exec(text)?.[1];
  t.deepEqual([303, 400, 500].map(count), ['1', '1', '1']);
  const line = await logged(({ res }) => res?.statusCode === 500);
  t.is(line.outcome, 'not_found');
});

contract('a form of another site is refused', async (t, serve) => {
  const { ask } = await serve(t);
  const request = send({ name: 'red', url });
  const headers = { ...request.headers, 'sec-fetch-site': 'cross-site' };
  t.is((await ask('/add', { ...request, headers })).status, 403);
});
