import test from 'ava';
import { execa } from 'execa';
import { findProgram } from '../../../adapters/git/check-git.ts';
import { readReference } from '../../../handlers/api/reference.ts';
import { createApiDocument } from '../../../handlers/api/openapi.ts';
import { readEndless } from '../../kit/curl.ts';
import { fakeCommits } from '../../kit/fake-ports.ts';
import { contract, serve as serveHapi } from '../../kit/hosts.ts';

const reference = readReference(createApiDocument('1.2.3'));

contract('the page of the API has all that its document has', async (t, serve) => {
  const { ask, origin } = await serve(t);
  const { status, headers, text } = await ask('/api');
  t.is(status, 200);
  t.regex(headers['content-type'] ?? '', /^text\/html/);
  t.is(reference.operations.length, 12);
  for (const { id, method, path, summary, parameters, answers } of reference.operations) {
    t.true(text.includes(`<h3 id="${id}"><code>${method} ${path}</code></h3>`), id);
    t.true(text.includes(summary), id);
    for (const { name } of parameters) t.true(text.includes(`<code>${name}</code>`), name);
    t.true(answers.length > 1, id);
  }
  for (const [, id = ''] of text.matchAll(/href="#([\w-]+)"/g)) {
    t.true(text.includes(`id="${id}"`), id);
  }
  const [, example = ''] = /<code>(curl .*?\/projects\/bassoon&#39;)<\/code>/.exec(text) ?? [];
  t.is(example.replaceAll('&#39;', "'"), `curl '${origin}/api/v1/projects/bassoon'`);
});

contract('a Host header that is none does not reach the examples', async (t, serve) => {
  const { ask } = await serve(t, { gateRules: {} });
  const { text } = await ask('/api', { headers: { host: 'x"; rm -rf ~; "' } });
  t.notRegex(text, /rm -rf/);
  t.regex(text, /127\.0\.0\.1:5000\/api\/v1/);
});

test('every example of the API is answered as its document says', async (t) => {
  if (findProgram('curl', process.env['PATH'] ?? '') === undefined) {
    t.log(`left out: "${t.title}", for there is no curl on this machine`);
    t.pass();
    return;
  }
  const { git, origin } = await serveHapi(t);
  git.remotes.set('https://github.com/joaopccosta/effective-bassoon.git', {
    commits: fakeCommits(3),
  });
  const last = reference.operations.toSorted(
    (a, b) => Number(a.method === 'DELETE') - Number(b.method === 'DELETE'),
  );
  const put = last.filter(({ method }) => method === 'PUT');
  for (const { example, answers, id } of [...put, ...last]) {
    const run = async (seconds: number) => {
      const command = example
        .replace('127.0.0.1:5000', new URL(origin).host)
        .replace('curl', `curl -s -m ${seconds} -o /dev/null -w '%{http_code}'`);
      return (await execa('sh', ['-c', command], { reject: false })).stdout;
    };
    const printed = await (id === 'listenToEvents' ? readEndless(run) : run(60));
    t.true(
      answers.some(({ status }) => status === printed),
      `${id}: ${printed}`,
    );
  }
});
