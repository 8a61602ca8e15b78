import { once } from 'node:events';
import test from 'ava';
import { rawClient, statuses } from './helpers/raw-client.ts';
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

test('whoever takes all connections to listen to events keeps nobody from asking how the server does', async (t) => {
  const { server } = await started(t, { MAX_CONNECTIONS: '100' });
  const request = 'GET /api/v1/events HTTP/1.1\r\nHost: localhost\r\n\r\n';
  const found = await Promise.all(
    Array.from({ length: 200 }, async () => {
      const { socket, closed, received } = await rawClient(t, server.url, request);
      await Promise.race([once(socket, 'data').catch(() => {}), closed]);
      return statuses(received())[0];
    }),
  );
  t.is(found.filter((status) => status === 200).length, 25);
  for (const path of ['/healthz', '/readyz', '/metrics']) {
    t.is((await fetch(server.url + path)).status, 200, path);
  }
});
