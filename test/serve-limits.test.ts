import test from 'ava';
import { add, started } from './helpers/started.ts';

test('a history of more than MAX_COMMITS is refused, and what was there stays', async (t) => {
  const { remote, server, repository } = await started(t, { MAX_COMMITS: '40' });
  const url = `${remote.origin}/x.git`;
  const tip = await repository.linear(40);
  t.is((await add(server, 'x', url)).status, 200);
  await repository.branch('main', await repository.commit({ parents: [tip] }));
  const refused = await add(server, 'x', url);
  t.is(refused.status, 500);
  t.regex(await refused.text(), /"outcome":"too_large"/);
  const history = await (await fetch(`${server.url}/json/x`)).text();
  t.is(history.match(/"sha":/g)?.length, 40);
  t.is((await add(server, 'y', url)).status, 500);
  t.is((await fetch(`${server.url}/json/y`)).status, 404);
});
