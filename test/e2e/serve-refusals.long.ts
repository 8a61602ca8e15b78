import { once } from 'node:events';
import { createServer } from 'node:net';
import { chmod, mkdir, readdir, symlink, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import test from 'ava';
import { findProgram } from '../../adapters/git/check-git.ts';
import { program, startProgram } from '../kit/program.ts';
import { add, startedApp } from '../kit/running-server.ts';
import { temporaryDirectory } from '../kit/temporary-directory.ts';

test('without a store that lasts, a given data directory loses the mirrors of an earlier run, and nothing else', async (t) => {
  const data = join(await temporaryDirectory(t), 'data');
  await mkdir(join(data, 'mirrors', 'old.git'), { recursive: true });
  await mkdir(join(data, 'tmp', 'half'), { recursive: true });
  await writeFile(join(data, 'mine.txt'), '');
  const { remote, server, repository } = await startedApp(t, {
    DATA_DIR: data,
    STORE_URL: 'memory:',
  });
  t.deepEqual(await readdir(join(data, 'mirrors')), []);
  await repository.linear(2);
  await add(server, 'x', `${remote.origin}/x.git`);
  t.is((await readdir(join(data, 'mirrors'))).length, 1);
  await server.stop('SIGINT');
  t.deepEqual((await readdir(data)).toSorted(), ['lock', 'mine.txt', 'mirrors', 'tmp']);
  t.deepEqual(await readdir(join(data, 'mirrors')), []);
  t.deepEqual(await readdir(join(data, 'tmp')), []);
});

test('a database that cannot be used is said in one line, with exit code 1', async (t) => {
  const directory = await temporaryDirectory(t);
  const start = (env: Record<string, string>) =>
    program(['serve'], { env: { PORT: '0', DATA_DIR: join(directory, 'data'), ...env } });

  const damaged = join(directory, 'damaged.db');
  await writeFile(
    damaged,
    'no database at all, but longer than a header of a database would be'.repeat(99),
  );
  const newer = join(directory, 'newer.db');
  const db = new DatabaseSync(newer);
  db.exec('PRAGMA user_version = 999');
  db.close();
  const locked = join(directory, 'locked.db');
  const holder = new DatabaseSync(locked);
  holder.exec('BEGIN EXCLUSIVE');
  t.teardown(() => holder.close());
  for (const [url, reason] of [
    [`sqlite:${damaged}`, /damaged\.db cannot be used: it is no SQLite database/],
    [`sqlite:${newer}`, /newer\.db cannot be used: its schema is 999, .* start a newer version/],
    [`sqlite:${locked}`, /locked\.db cannot be used: another program has locked it/],
    ['sqlite:/proc/nope/x.db', /x\.db cannot be used: it cannot be opened or made/],
  ] as const) {
    const { exitCode, stderr } = await start({ STORE_URL: url });
    t.is(exitCode, 1, url);
    t.regex(stderr, reason);
    t.is(stderr.split('\n').length, 2, stderr);
  }
  const wrong = await start({ STORE_URL: 'postgres://x' });
  t.is(wrong.exitCode, 2);
  t.is(wrong.stderr, 'STORE_URL="postgres://x": expected sqlite:PATH or memory:\n');
});

test('a git that is missing, too old, or not seen to heed what it is told, stops the start', async (t) => {
  const tmp = await temporaryDirectory(t);
  const path = process.env['PATH'] ?? '';
  const [git = '', prlimit = ''] = ['git', 'prlimit'].map((name) => findProgram(name, path));
  const onlyLimits = join(tmp, 'only-limits');
  await mkdir(onlyLimits);
  await symlink(prlimit, join(onlyLimits, 'prlimit'));
  const withGit = async (name: string, script: string) => {
    const bin = join(tmp, name);
    await mkdir(bin);
    await writeFile(join(bin, 'git'), `#!/bin/sh\n${script}\n`);
    await chmod(join(bin, 'git'), 0o755);
    return [bin, path].join(delimiter);
  };
  const version = '[ "$1" = --version ] && echo "git version 2.40.1" && exit';
  for (const [search, reason] of [
    [join(tmp, 'nothing'), /git was not found/],
    [onlyLimits, /git was not found/],
    [await withGit('old', 'echo git version 2.38.9'), /git 2\.38\.9 is too old/],
    [
      await withGit('lazy', `${version}\nunset GIT_NO_LAZY_FETCH\nexec ${git} "$@"`),
      /git 2\.40\.1 does not heed GIT_NO_LAZY_FETCH/,
    ],
    [
      await withGit('blind', `${version}\nunset GIT_NO_LAZY_FETCH GIT_TRACE\nexec ${git} "$@"`),
      /git 2\.40\.1 does not heed GIT_NO_LAZY_FETCH/,
    ],
  ] as const) {
    const { exitCode, stderr } = await program(['serve'], {
      env: { PATH: search, PORT: '0', STORE_URL: 'memory:', TMPDIR: tmp },
    });
    t.is(exitCode, 1);
    t.regex(stderr, reason);
    t.is(stderr.split('\n').length, 2);
  }
});

test('a directory that another server uses is refused and left alone', async (t) => {
  const data = await temporaryDirectory(t);
  const { remote, server, repository } = await startedApp(t, { DATA_DIR: data });
  await repository.linear(2);
  await add(server, 'x', `${remote.origin}/x.git`);
  const { exitCode, stderr } = await program(['serve'], { env: { DATA_DIR: data, PORT: '0' } });
  t.is(exitCode, 1);
  t.regex(
    stderr,
    /^error: .* is used by another server; stop that, or choose another DATA_DIR\.\n$/,
  );
  t.is((await readdir(join(data, 'mirrors'))).length, 1);
  await server.stop('SIGKILL');
  const next = await startProgram({ DATA_DIR: data });
  t.is((await next.stop()).exitCode, 0);
});

test('where prlimit is missing, one warning says which limits do not hold', async (t) => {
  const bin = await temporaryDirectory(t);
  await symlink(findProgram('git', process.env['PATH'] ?? '') ?? '', join(bin, 'git'));
  const { remote, server, repository } = await startedApp(t, { PATH: bin });
  const tip = await repository.linear(2);
  t.like(await (await add(server, 'x', `${remote.origin}/x.git`)).json(), { tip });
  await server.stop();
  t.is(server.log().match(/prlimit/g)?.length, 1);
});

test('without a store that lasts and a directory, everything is in a temporary one, gone at exit', async (t) => {
  const { tmp, server } = await startedApp(t, { STORE_URL: 'memory:', DATA_DIR: '' });
  t.is((await readdir(tmp)).length, 1);
  await server.stop();
  t.deepEqual(await readdir(tmp), []);
});

test('values that cannot be used stop the start with a line each and exit code 2', async (t) => {
  const { exitCode, stderr } = await program(['serve'], {
    env: { PORT: 'http', MAX_PROJECTS: '-1', ALLOWED_NETWORKS: '10.0.0.0' },
  });
  t.is(exitCode, 2);
  t.deepEqual(stderr.trim().split('\n'), [
    'PORT="http": expected a port from 0 to 65535',
    'MAX_PROJECTS="-1": expected a whole number from 1 to 1000000',
    'ALLOWED_NETWORKS="10.0.0.0": expected networks such as 10.0.0.0/8,fd00::/8',
  ]);
  const file = join(await temporaryDirectory(t), 'file');
  await writeFile(file, 'not PEM');
  const certificate = await program(['serve'], { env: { CA_FILE: file } });
  t.is(certificate.exitCode, 2);
  t.regex(certificate.stderr, /^CA_FILE=.*expected a readable file of PEM certificates\n$/);
  for (const directory of [join(file, 'data'), '/proc/nope']) {
    const unwritable = await program(['serve'], { env: { DATA_DIR: directory } });
    t.is(unwritable.exitCode, 2);
    t.regex(unwritable.stderr, /^DATA_DIR=.*expected a directory[^\n]*\n$/);
  }
});

test('a taken port is said in one line, with exit code 1', async (t) => {
  const taken = createServer().listen(0, '127.0.0.1');
  t.teardown(() => taken.close());
  await once(taken, 'listening');
  const address = taken.address();
  const port = address !== null && typeof address === 'object' ? address.port : 0;
  const tmp = await temporaryDirectory(t);
  const { exitCode, stderr } = await program(['serve'], {
    env: { PORT: String(port), STORE_URL: 'memory:', TMPDIR: tmp },
  });
  t.is(exitCode, 1);
  t.regex(stderr, /^error: .*taken.*PORT[^\n]*\n$/);
  t.deepEqual(await readdir(tmp), []);
  const elsewhere = await program(['serve'], {
    env: { HOST: '192.0.2.1', PORT: '0', STORE_URL: 'memory:', TMPDIR: tmp },
  });
  t.is(elsewhere.exitCode, 1);
  t.regex(elsewhere.stderr, /^error: .*EADDRNOTAVAIL[^\n]*\n$/);
  t.deepEqual(await readdir(tmp), []);
});

test('a directory whose server was killed is used again, whatever it has left there', async (t) => {
  const { data, server } = await startedApp(t);
  await server.stop('SIGKILL');
  const again = await startProgram({ DATA_DIR: data });
  t.is((await again.stop()).exitCode, 0);
});
