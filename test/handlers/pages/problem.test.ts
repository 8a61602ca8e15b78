import { DomainError } from '../../../domain/index.ts';
import { fakeCommits } from '../../kit/fake-ports.ts';
import { contract } from '../../kit/hosts.ts';

const url = 'https://example.org/red.git';
const browser = { accept: 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8' };

contract('whoever mistypes a name is shown those that are near', async (t, serve) => {
  const { add, ask, git } = await serve(t);
  git.remotes.set(url, { commits: fakeCommits(3) });
  for (const name of ['spark', 'Sparks', 'kafka']) await add(name, url);
  for (const path of ['/list/spark1', '/json/spark1']) {
    const { status, text } = await ask(path, { headers: browser });
    t.is(status, 404);
    t.regex(
      text,
      /Did you mean <a href="\/list\/Sparks">Sparks<\/a> or <a href="\/list\/spark">spark<\/a>\?/,
    );
  }
  t.notRegex((await ask('/list/hadoop', { headers: browser })).text, /Did you mean/);
  const program = await ask('/json/spark1');
  t.is(program.status, 404);
  t.notRegex(program.text, /mean/);
});

contract('a page of what is too much says when to try again', async (t, serve) => {
  const { ask } = await serve(t, { gateRules: { limitWrites: async () => 75 } });
  const answer = await ask('/add', { method: 'POST', body: 'x', headers: browser });
  t.is(answer.status, 429);
  t.is(answer.headers['retry-after'], '75');
  t.regex(answer.text, /<h1>Too many changes<\/h1>[^]*Try again in 1 minute, 15 seconds\./);
});

contract('a page of a fault has the number by which the log knows it', async (t, serve) => {
  const { ask, git, logged } = await serve(t);
  git.remotes.set(url, { throws: new Error('a secret of the program') });
  const answer = await ask('/add/red', { method: 'POST', body: url, headers: browser });
  t.is(answer.status, 500);
  const id = String(answer.headers['x-request-id']);
  t.true(answer.text.includes(`This one is <code>${id}</code>`), answer.text);
  t.false(answer.text.includes('a secret'));
  t.is((await logged(({ err }) => err !== undefined)).req?.id, id);
});

contract('a page of a refusal says what to do, and has no number', async (t, serve) => {
  const { ask } = await serve(t);
  for (const [path, status, says] of [
    ['/list/red?cursor=x', 400, /cursor/],
    ['/list/-', 400, /A project name is/],
    ['/nothing', 404, /<a href="\/">All projects<\/a>/],
  ] as const) {
    const answer = await ask(path, { headers: browser });
    t.is(answer.status, status);
    t.regex(answer.text, says);
    t.notRegex(answer.text, /This one is|Try again in/);
  }
  const foreign = await ask('/list/red', { headers: { ...browser, host: 'evil.example' } });
  t.is(foreign.status, 403);
  t.regex(foreign.text, /ALLOWED_HOSTS/);
});

contract('an error that knows no names has none', async (t) => {
  t.deepEqual(new DomainError('busy', 'x').near, []);
});
