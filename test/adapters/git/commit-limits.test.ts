import test from 'ava';
import { logPrinter } from '../../../adapters/git/print-log.ts';
import { streamLog } from '../../../adapters/git/read-log.ts';
import { createGitRunner } from '../../../adapters/git/run-git.ts';
import { emptyTree } from '../../kit/git-objects.ts';
import { startGitRepository } from '../../kit/git-remote.ts';
import { git } from '../../kit/git.ts';
import { startGit } from '../../kit/git-fixture.ts';

test('of a commit as many parents and digits of a date are read as one may have', async (t) => {
  const { repository, url } = await startGitRepository(t);
  const root = await repository.commit({ date: `${'1700000000'.padStart(32, '0')} +0000` });
  const parents = Array.from({ length: 1000 }, () => root);
  const tip = await repository.commit({ parents });
  await repository.branch('main', tip);
  const { port, commits } = await startGit(t);
  t.is((await port.fetch({ url })).outcome, 'ok');
  const [merge, first] = await commits(url, tip);
  t.deepEqual(merge?.parents, parents);
  t.is(first?.authoredAt, 1_700_000_000);
});

test('a history that comes to have a commit of too many parents or too long a date is refused', async (t) => {
  const { repository, url } = await startGitRepository(t);
  const root = await repository.commit();
  const { port, commits } = await startGit(t);
  await repository.branch('main', root);
  t.is((await port.fetch({ url })).outcome, 'ok');
  const date = `${'1'.padStart(33, '0')} +0000`;
  const wrong = {
    'more than 1,000 parents': { parents: Array.from({ length: 1001 }, () => root) },
    'a date of more than 32 digits': { parents: [root], date, committed: '1 +0000' },
    ' a date of more than 32 digits': { parents: [root], date: '1 +0000', committed: date },
  };
  for (const [what, fields] of Object.entries(wrong)) {
    const tip = await repository.commit(fields);
    await repository.branch('main', tip);
    t.is((await port.fetch({ url })).outcome, 'ok');
    const refused = {
      code: 'too_large',
      message: new RegExp(`^Commit ${tip.slice(0, 10)} of this repository has ${what.trim()}, `),
    };
    await t.throwsAsync(commits(url, tip), refused, what);
    await t.throwsAsync(port.difference({ url, from: root, to: tip }), refused, what);
  }
});

test('a batch of a history has no more than a chunk of a pipe brings, however wide its commits are', async (t) => {
  const { repository, url } = await startGitRepository(t);
  let tip = await repository.commit();
  for (let number = 0; number < 40; number++) {
    const parents = Array.from({ length: 1000 }, () => tip);
    tip = await repository.commit({ parents, message: `${number}${'x'.repeat(100_000)}` });
  }
  await repository.branch('main', tip);
  const { port } = await startGit(t);
  await port.fetch({ url });
  let count = 0;
  for await (const batch of port.log({ url, tip })) {
    count += batch.length;
    const { length } = JSON.stringify(batch);
    t.true(length < 400_000, `${length} bytes`);
  }
  t.is(count, 41);
});

test('what is printed of commits of any length is what git prints', async (t) => {
  const { repository } = await startGitRepository(t);
  const root = await repository.commit();
  const wide = `parent ${root}\n`.repeat(20_000);
  const dates = `author A <a@b> ${'1700000000'.padStart(1e6, '0')} +0100\ncommitter A <a@b> 1 +0000`;
  const tip = await repository.raw(
    Buffer.from(`tree ${emptyTree}\n${wide}${dates}\n\n${'long '.repeat(1e6)}\n`),
  );
  const runner = createGitRunner({
    processTag: repository.path,
    path: process.env['PATH'] ?? '',
    maxFileBytes: 1e9,
    prlimit: false,
  });
  const print = logPrinter(false);
  const printed: Buffer[] = [];
  for await (const chunk of streamLog(runner, { path: repository.path, tip })) {
    printed.push(Buffer.from(print(chunk)));
  }
  const format = ['log', '--abbrev=10', '--pretty=format:%h - %an, %ad : %s', tip];
  t.is(Buffer.concat(printed).toString(), `${await git(repository.path, format)}\n`);
});
