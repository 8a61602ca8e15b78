import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { everyFile } from '../../kit/every-file.ts';
import { startGitRepository } from '../../kit/git-remote.ts';
import { startGit } from '../../kit/git-fixture.ts';

for (const objectFormat of ['sha1', 'sha256'] as const) {
  for (const path of ['x.git', 'no-filter/x.git']) {
    test(`${path} of ${objectFormat} may have as many commits as are allowed, and no more`, async (t) => {
      const { repository, server } = await startGitRepository(t, { objectFormat });
      const tip = await repository.linear(60);
      const url = `${server.origin}/${path}`;
      const most = await startGit(t, { maxCommits: 60 });
      t.like(await most.port.fetch({ url }), { outcome: 'ok', tip });
      const fewer = await startGit(t, { maxCommits: 59 });
      t.deepEqual(await fewer.port.fetch({ url }), {
        outcome: 'too_large',
        detail: 'more than 59 commits',
      });
      t.deepEqual(await readdir(join(fewer.directory, 'mirrors')), []);
      // Counted, and none of them read.
      const traces = await everyFile(join(fewer.directory, 'traces'));
      t.true(/"argv":\["git","rev-list"/.test(traces));
      t.false(/"argv":\["git","log"/.test(traces));
    });
  }
}

test('a history that grows beyond it is refused at every refresh, until it is short enough again', async (t) => {
  const { repository, server } = await startGitRepository(t);
  const url = `${server.origin}/x.git`;
  const tip = await repository.linear(60);
  const { port, commits } = await startGit(t, { maxCommits: 60 });
  t.like(await port.fetch({ url }), { outcome: 'ok', tip, fresh: true });
  await repository.branch('main', await repository.commit({ parents: [tip] }));
  for (let time = 0; time < 2; time++) {
    t.is((await port.fetch({ url })).outcome, 'too_large');
    t.is((await commits(url, tip)).length, 60);
  }
  await repository.branch('main', tip);
  t.like(await port.fetch({ url }), { outcome: 'ok', tip, fresh: false });
});

test('what was lost by rewriting does not count', async (t) => {
  const { repository, server } = await startGitRepository(t);
  const url = `${server.origin}/x.git`;
  const { port } = await startGit(t, { maxCommits: 60 });
  await repository.linear(60);
  t.is((await port.fetch({ url })).outcome, 'ok');
  const tip = await repository.commit({ message: 'all anew' });
  await repository.branch('main', tip);
  t.like(await port.fetch({ url }), { outcome: 'ok', tip });
});
