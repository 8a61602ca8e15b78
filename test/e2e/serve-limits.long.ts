import test from 'ava';
import { emptyTree } from '../kit/git-objects.ts';
import { add, startedApp } from '../kit/running-server.ts';

test('a commit of 300,000 parents is refused in a sentence that says so, and what was there stays', async (t) => {
  const { remote, server, repository } = await startedApp(t);
  const url = `${remote.origin}/x.git`;
  const root = await repository.commit();
  await repository.branch('main', root);
  t.is((await add(server, 'x', url)).status, 200);
  const parents = `parent ${root}\n`.repeat(300_000);
  const people = 'author A <a@b> 1 +0000\ncommitter A <a@b> 1 +0000\n';
  const tip = await repository.raw(Buffer.from(`tree ${emptyTree}\n${parents}${people}\nx\n`));
  await repository.branch('main', tip);
  for (const name of ['x', 'y']) {
    const refused = await add(server, name, url);
    t.is(refused.status, 500);
    t.like(await refused.json(), {
      outcome: 'too_large',
      detail: `Commit ${tip.slice(0, 10)} of this repository has more than 1,000 parents, which this server does not read; a history without that commit can be added.`,
    });
  }
  t.regex(server.log(), new RegExp(`"commit ${tip} has more than 1,000 parents"`));
  const project = await (await fetch(`${server.url}/api/v1/projects/x`)).json();
  t.like(project, { state: 'failing', lastOutcome: 'too_large', tip: root, commits: 1 });
  t.is((await fetch(`${server.url}/json/y`)).status, 404);
});
