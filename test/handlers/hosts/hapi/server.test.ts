import { networkInterfaces } from 'node:os';
import test from 'ava';
import { serve } from '../../../kit/hosts.ts';

const addresses = Object.values(networkInterfaces()).flatMap((found) => found ?? []);
const ipv6 = addresses.some(({ address }) => address === '::1') ? test : test.skip;

test('the server says where it listens', async (t) => {
  const { origin } = await serve(t);
  t.regex(origin, /^http:\/\/127\.0\.0\.1:\d+$/);
});

ipv6('an IPv6 address is told as a url has it', async (t) => {
  const { origin } = await serve(t, { host: '::1' });
  t.regex(origin, /^http:\/\/\[::1\]:\d+$/);
  t.is((await fetch(`${origin}/healthz`)).status, 200);
});

test('a port that is taken is an error with its code', async (t) => {
  const { origin } = await serve(t);
  const port = Number(new URL(origin).port);
  await t.throwsAsync(serve(t, { port }), { code: 'EADDRINUSE' });
});
