import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { rawClient, statuses } from '../kit/raw-client.ts';
import { add, startedApp } from '../kit/running-server.ts';
import { temporaryDirectory } from '../kit/temporary-directory.ts';
import { until } from '../kit/until.ts';

test('a history of more than MAX_COMMITS is refused, and what was there stays', async (t) => {
  const { remote, server, repository } = await startedApp(t, { MAX_COMMITS: '40' });
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
  const { server } = await startedApp(t, { MAX_CONNECTIONS: '100' });
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

test('as many projects are refreshed at once as REFRESH_CONCURRENCY says', async (t) => {
  const { remote, server } = await startedApp(t, async ({ origin }) => {
    const file = join(await temporaryDirectory(t), 'projects');
    await writeFile(file, `one ${origin}/hang/one.git\ntwo ${origin}/hang/two.git\n`);
    return { PROJECTS_FILE: file, REFRESH_CONCURRENCY: '1' };
  });
  const depth = async () => {
    const text = await (await fetch(`${server.url}/metrics`)).text();
    return /^gitmon_refresh_queue_depth (\d+)$/m.exec(text)?.[1];
  };
  await until(async () => remote.requests.length > 0 && (await depth()) === '1');
  t.is(remote.requests.length, 1);
});
