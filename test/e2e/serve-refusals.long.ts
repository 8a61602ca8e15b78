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
