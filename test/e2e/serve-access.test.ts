import { chmod, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { join } from 'node:path';
import test from 'ava';
import { program } from '../kit/program.ts';
import { startedApp } from '../kit/running-server.ts';
import { temporaryDirectory } from '../kit/temporary-directory.ts';

/** The status of an answer to a request for `/` under some name. */
function askAs(url: string, host: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const asking = request(url, { headers: { host }, agent: false }, (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    });
    asking.on('error', reject).end();
  });
}

/** The warnings of a log, but for the one that git takes long to be tried, as on a busy machine. */
function warningsIn(log: string): readonly string[] {
  const warnings = log.match(/"level":40.*/g) ?? [];
  return warnings.filter((line) => !line.includes('git is tried'));
}

test('on loopback only this machine and ALLOWED_HOSTS are right names, and nothing is warned of', async (t) => {
  const { server } = await startedApp(t, { ALLOWED_HOSTS: 'monitor.example.org, b.example' });
  t.is(await askAs(server.url, 'attacker.invalid'), 403);
  t.is(await askAs(server.url, 'b.example:99'), 200);
  t.is(await askAs(server.url, 'x.localhost'), 200);
  t.deepEqual(warningsIn(server.log()), []);
});

test('on more than loopback names are checked where they are set, and one warning says how to be safe', async (t) => {
  const { server } = await startedApp(t, { HOST: '0.0.0.0' });
  t.is(await askAs(server.url, 'attacker.invalid'), 200);
  t.is(
    server
      .log()
      .match(/"level":40.*Everybody who reaches 0\.0\.0\.0 may add.*ACCESS_TOKEN.*HOST=127/g)
      ?.length,
    1,
  );
  const strict = await startedApp(t, { HOST: '0.0.0.0', ALLOWED_HOSTS: 'b.example' });
  t.is(await askAs(strict.server.url, 'attacker.invalid'), 403);
  t.is(await askAs(strict.server.url, 'b.example'), 200);
});

test('tokens come from the environment and from a file, and are shown nowhere', async (t) => {
  const file = join(await temporaryDirectory(t), 'tokens');
  await writeFile(file, '# who may\nci:sEcret-2\n\nold:sEcret-3\n', { mode: 0o600 });
  const { server, remote, repository } = await startedApp(t, {
    HOST: '0.0.0.0',
    ALLOWED_NETWORKS: '127.0.0.1/32',
    ACCESS_TOKEN: 'ada:sEcret-1',
    ACCESS_TOKEN_FILE: file,
    REQUIRE_TOKEN_FOR: 'reads',
  });
  await repository.linear(2);
  const body = `${remote.origin}/x.git`;
  for (const [token, status] of [
    ['sEcret-1', 200],
    ['sEcret-2', 200],
    ['sEcret-4', 401],
  ] as const) {
    const headers = { authorization: `Bearer ${token}` };
    const answer = await fetch(`${server.url}/add/x`, { method: 'POST', headers, body });
    t.is(answer.status, status, await answer.text());
  }
  t.is((await fetch(`${server.url}/metrics`)).status, 401);
  t.is((await fetch(`${server.url}/healthz`)).status, 200);
  await server.stop();
  t.regex(server.log(), /"client":"ada"/);
  t.notRegex(server.log(), /sEcret|Everybody/);
});

test('of a token that is short one warning tells the name, and not the token', async (t) => {
  const { server } = await startedApp(t, { ACCESS_TOKEN: 'ada:sEcret-1,ci:sEcret-of-16-char' });
  await server.stop();
  const warnings = warningsIn(server.log());
  t.is(warnings.length, 1);
  t.regex(warnings[0] ?? '', /The token of ada has fewer than 16 characters/);
  t.notRegex(server.log(), /sEcret/);
});

test('tokens that cannot be read stop the start, and their values are not repeated', async (t) => {
  const file = join(await temporaryDirectory(t), 'tokens');
  await writeFile(file, 'sEcret', { mode: 0o600 });
  const { exitCode, stderr } = await program(['serve'], {
    env: { ACCESS_TOKEN: 'sEcret', ACCESS_TOKEN_FILE: file },
  });
  t.is(exitCode, 2);
  t.deepEqual(stderr.trim().split('\n'), [
    'ACCESS_TOKEN: expected tokens such as ada:secret1,ci:secret2',
    `ACCESS_TOKEN_FILE=${JSON.stringify(file)}: expected a file of mode 0600 with name:token on each line, 1000 at most`,
  ]);
  await chmod(file, 0o644);
  const wide = await program(['serve'], { env: { ACCESS_TOKEN_FILE: file } });
  t.is(wide.exitCode, 2);
  t.is(
    wide.stderr,
    `ACCESS_TOKEN_FILE=${JSON.stringify(file)}: its mode is 0644, and 0600 is the most it may be; run chmod 600 on it\n`,
  );
  const open = await program(['serve'], { env: { REQUIRE_TOKEN_FOR: 'reads' } });
  t.is(open.exitCode, 2);
  t.regex(open.stderr, /^REQUIRE_TOKEN_FOR="reads": expected writes, or reads with ACCESS_TOKEN/);
});
