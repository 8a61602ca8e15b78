import test from 'ava';
import { rawClient, statuses } from '../../../kit/raw-client.ts';
import { serve } from '../../../kit/hosts.ts';

test('a connection whose answer came is closed when nothing more is asked for some seconds', async (t) => {
  const { origin } = await serve(t);
  const { host } = new URL(origin);
  const { closed } = await rawClient(t, origin, `GET /healthz HTTP/1.1\r\nHost: ${host}\r\n\r\n`);
  const begin = performance.now();
  t.deepEqual(statuses(await closed), [200]);
  t.true(performance.now() - begin < 20_000);
});
