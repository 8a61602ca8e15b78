import test from 'ava';
import { z } from 'zod';
import { rawClient } from '../kit/raw-client.ts';
import { add, startedForLong } from '../kit/running-server.ts';

test('a reader that takes nothing for half a minute is cut off, and whoever waits for a long fetch is not', async (t) => {
  const env = { FETCH_TIMEOUT_SECONDS: '35', LOG_LEVEL: 'error' };
  const { server, remote, repository } = await startedForLong(t, env);
  await repository.linear(30_000);
  t.is((await add(server, 'large', `${remote.origin}/x.git`)).status, 200);
  const { socket, received, closed } = await rawClient(
    t,
    server.url,
    'GET /json/large HTTP/1.1\r\nHost: localhost\r\n\r\n',
  );
  socket.pause();
  // Twice: Node counts what the system's buffers take in at first as taken, and so waits for another half minute.
  for (const name of ['hanging', 'again']) {
    const waited = await add(server, name, `${remote.origin}/hang/x.git`);
    t.is(waited.status, 500);
    t.is(z.object({ outcome: z.string() }).parse(await waited.json()).outcome, 'timeout');
  }
  socket.resume();
  await closed;
  const [, length] = /^content-length: (\d+)/im.exec(received()) ?? [];
  t.true(Number(length) > 5_000_000, length);
  t.true(received().length < Number(length), String(received().length));
});
