import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import type { Credential } from '../../../adapters/git/credential.ts';
import { spellings, toThoseWhoKnow } from '../../kit/basic-auth.ts';
import { everyFile } from '../../kit/every-file.ts';
import { redirect } from '../../kit/git-faults.ts';
import { startGitServer } from '../../kit/git-server.ts';
import { startHttpsGitServer } from '../../kit/https-git-server.ts';
import { createRepository } from '../../kit/repository.ts';
import { temporaryDirectory } from '../../kit/temporary-directory.ts';
import { startGit } from '../../kit/git-fixture.ts';

/** Everything that a shell, a url or a line could misread. */
const known = { user: `ada's "bot"`, password: `p@ss=/\\w:rd% $(id) \`id\` 'é" *` };

/** An https server that shows what is below /private/ and /team/ to those who know, and another one that asks too. */
async function startPrivateServers(t: ExecutionContext, given: Partial<Credential> = {}) {
  const root = await temporaryDirectory(t);
  const repository = await createRepository(join(root, 'x.git'));
  const tip = await repository.linear(3);
  const { server, caFile, certificate } = await startHttpsGitServer(root);
  const other = await startGitServer(root, certificate);
  const plain = await startGitServer(root);
  const servers = [server, other, plain];
  t.teardown(() => Promise.all(servers.map((each) => each.close())));
  for (const segment of ['private', 'team']) {
    for (const each of servers) each.answers.set(segment, toThoseWhoKnow(known));
  }
  const credential = { origin: server.origin, prefix: '', ...known, ...given };
  const testGit = await startGit(t, { caFile, findCredential: () => credential });
  const told = () =>
    servers
      .flatMap(({ requests }) => requests)
      .filter(({ headers }) => headers.authorization !== undefined)
      .map(({ headers, path }) => `${headers.host}${path}`);
  return { server, other, plain, repository, tip, testGit, told };
}

test('a repository that is not public is fetched and refreshed with its credential', async (t) => {
  const { server, repository, tip, testGit } = await startPrivateServers(t);
  const url = `${server.origin}/private/x.git`;
  t.like(await testGit.port.fetch({ url }), { outcome: 'ok', tip, fresh: true });
  const next = await repository.commit({ parents: [tip] });
  await repository.branch('main', next);
  t.like(await testGit.port.fetch({ url }), { outcome: 'ok', tip: next, fresh: false });
  t.is((await testGit.commits(url, next)).length, 4);

  // Mirrors, and by git's own traces the arguments of every process, the helper among them.
  const kept = await everyFile(testGit.directory);
  t.true(/"child_start".*"argv":\["answer\(\)/.test(kept));
  for (const spelling of spellings(known)) t.false(kept.includes(spelling), spelling);
});

test('who is not asked says nothing', async (t) => {
  const { server, tip, testGit, told } = await startPrivateServers(t);
  t.like(await testGit.port.fetch({ url: `${server.origin}/x.git` }), { outcome: 'ok', tip });
  t.deepEqual(told(), []);
});

test('a wrong password is an outcome of its own, tried once', async (t) => {
  const { server, testGit, told } = await startPrivateServers(t, { password: 'wrong' });
  const fetched = await testGit.port.fetch({ url: `${server.origin}/private/x.git` });
  t.is(fetched.outcome, 'auth');
  t.is(told().length, 1);
});

test('a credential goes below its prefix alone', async (t) => {
  const { server, testGit, told } = await startPrivateServers(t, { prefix: '/team' });
  server.answers.set('teams', toThoseWhoKnow(known));
  for (const path of [
    'private/x.git',
    'teams/x.git',
    '%2e%2e/private/x.git',
    'team/%2e%2e%2fprivate/x.git',
  ]) {
    t.is((await testGit.port.fetch({ url: `${server.origin}/${path}` })).outcome, 'auth', path);
  }
  t.deepEqual(told(), []);
  t.is((await testGit.port.fetch({ url: `${server.origin}/team/x.git` })).outcome, 'ok');
});

test('after a redirect of the same host the credential goes along, below its prefix', async (t) => {
  const { server, tip, testGit, told } = await startPrivateServers(t, { prefix: '/team' });
  server.answers.set(
    'old',
    redirect(302, (asked) => `/team${asked}`),
  );
  server.answers.set(
    'elsewhere',
    redirect(302, (asked) => `/private${asked}`),
  );
  t.like(await testGit.port.fetch({ url: `${server.origin}/old/x.git` }), { outcome: 'ok', tip });
  const before = told().length;
  t.is((await testGit.port.fetch({ url: `${server.origin}/elsewhere/x.git` })).outcome, 'auth');
  t.is(told().length, before);
});

for (const [where, of] of Object.entries({
  'another port': ({ other }) => other.origin,
  'another name': ({ server }) => server.origin.replace('127.0.0.1', 'localhost'),
  http: ({ plain }) => plain.origin,
} satisfies Record<string, (servers: Awaited<ReturnType<typeof startPrivateServers>>) => string>)) {
  test(`a redirect to ${where} takes no credential along, neither before it was told nor after`, async (t) => {
    const servers = await startPrivateServers(t);
    const { server, testGit, told } = servers;
    const target = of(servers);
    const leads = redirect(307, (asked) => `${target}/private${asked}`);
    server.answers.set('away', leads);
    server.answers.set('asks-first', toThoseWhoKnow(known, leads));
    for (const segment of ['away', 'asks-first']) {
      const { outcome } = await testGit.port.fetch({ url: `${server.origin}/${segment}/x.git` });
      t.is(outcome, 'auth', segment);
    }
    t.deepEqual(told(), [
      `${new URL(server.origin).host}/asks-first/x.git/info/refs?service=git-upload-pack`,
    ]);
  });
}

test('a url of http, or of another host, gets no credential whatever is found for it', async (t) => {
  const { other, plain, testGit, told } = await startPrivateServers(t);
  for (const { origin } of [other, plain]) {
    t.is((await testGit.port.fetch({ url: `${origin}/private/x.git` })).outcome, 'auth', origin);
  }
  t.deepEqual(told(), []);
});

test('a host that says the password again does not get it into the log', async (t) => {
  const { server, testGit } = await startPrivateServers(t);
  server.answers.set(
    'echo',
    toThoseWhoKnow(known, ({ request, response }) => {
      const words = [known.password, encodeURIComponent(known.password)];
      const text = [...words, request.headers.authorization].join('\nand ');
      response.writeHead(500, { 'content-type': 'text/plain; charset=utf-8' }).end(text);
    }),
  );
  const fetched = await testGit.port.fetch({ url: `${server.origin}/echo/x.git` });
  t.like(fetched, { outcome: 'unavailable' });
  t.regex(JSON.stringify(fetched), /remote: \*\*\*.*remote: and \*\*\*.*remote: and Basic \*\*\*/);
});
