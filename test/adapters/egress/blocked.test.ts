import { once } from 'node:events';
import { createServer } from 'node:http';
import test from 'ava';
import { publicAddresses } from '../../../adapters/egress/address-policy.ts';
import { getThrough, openPass, startRemote, tunnelThrough } from './through-proxy.ts';

const policy = publicAddresses([]);
const onlyLoopback = (address: string) => address === '127.0.0.1';

const urlHosts = [
  '127.0.0.1',
  '127.0.0.1.',
  '127.1',
  '2130706433',
  '0x7f.1',
  '0177.0.0.1',
  '017700000001',
  '%31%32%37.0.0.1',
  '0.0.0.0',
  '0',
  '[::1]',
  '[::]',
  '[0:0:0:0:0:0:0:1]',
  '[::ffff:127.0.0.1]',
  '[::ffff:7f00:1]',
  '[::127.0.0.1]',
  '[64:ff9b::7f00:1]',
  'localhost',
];

for (const host of urlHosts) {
  test(`a plain request to ${host} is blocked, and no connection made`, async (t) => {
    const remote = await startRemote(t, () => {});
    const pass = await openPass(t, { policy });
    t.not((await getThrough(pass, `http://${host}:${remote.port}/`))?.statusCode, 200);
    t.is(pass.failure(), 'blocked');
    t.is(remote.connections(), 0);
  });
}

const tunnelHosts = [
  '127.0.0.1',
  'user@127.0.0.1',
  '127.1',
  '2130706433',
  '0x7f.1',
  '0.0.0.0',
  '0',
  '[::1]',
  '[::]',
  '[::ffff:127.0.0.1]',
  '[::FFFF:7f00:1]',
  '[::127.0.0.1]',
  '[64:ff9b::7f00:1]',
  'localhost',
];

for (const host of tunnelHosts) {
  test(`a tunnel to ${host} is blocked, and no connection made`, async (t) => {
    const remote = await startRemote(t, () => {});
    const pass = await openPass(t, { policy });
    t.not((await tunnelThrough(pass, `${host}:${remote.port}`))?.status, 200);
    t.is(pass.failure(), 'blocked');
    t.is(remote.connections(), 0);
  });
}

test('an allowed network lets through what would be blocked', async (t) => {
  const remote = await startRemote(
    t,
    createServer((_, response) => response.end()),
  );
  const pass = await openPass(t, { policy: publicAddresses(['127.0.0.0/8']) });
  for (const host of ['127.0.0.1', '2130706433', '[::ffff:127.0.0.1]']) {
    t.is((await getThrough(pass, `http://${host}:${remote.port}/`))?.statusCode, 200, host);
    t.is((await tunnelThrough(pass, `${host}:${remote.port}`))?.status, 200, host);
  }
  t.is(pass.failure(), undefined);
});

test('one bad address among those of a name blocks it, wherever it stands', async (t) => {
  const remote = await startRemote(t, () => {});
  const fine = { address: '127.0.0.1', family: 4 };
  const inside = { address: '10.0.0.1', family: 4 };
  for (const addresses of [
    [fine, inside],
    [inside, fine],
    [fine, { address: '::1', family: 6 }],
    [{ address: 'not an address', family: 4 }],
  ]) {
    const pass = await openPass(t, {
      policy: onlyLoopback,
      resolve: () => Promise.resolve(addresses),
    });
    await getThrough(pass, `http://remote.test:${remote.port}/`);
    t.is(pass.failure(), 'blocked');
    await tunnelThrough(pass, `remote.test:${remote.port}`);
  }
  t.is(remote.connections(), 0);
});

test('what was checked is what is dialled: a name that changes its address gets no second look', async (t) => {
  const remote = await startRemote(
    t,
    createServer((_, response) => response.end('allowed')),
  );
  const inside = await startRemote(t, () => {});
  let lookups = 0;
  const resolve = () => {
    lookups += 1;
    return Promise.resolve([
      lookups === 1 ? { address: '127.0.0.1', family: 4 } : { address: '::1', family: 6 },
    ]);
  };

  for (const ask of [
    (pass: Parameters<typeof getThrough>[0], port: number) =>
      getThrough(pass, `http://remote.test:${port}/`).then((response) => response?.statusCode),
    (pass: Parameters<typeof getThrough>[0], port: number) =>
      tunnelThrough(pass, `remote.test:${port}`).then((tunnel) => tunnel?.status),
  ]) {
    lookups = 0;
    const pass = await openPass(t, { policy: onlyLoopback, resolve });
    t.is(await ask(pass, remote.port), 200);
    t.is(lookups, 1);
    t.is(pass.failure(), undefined);

    t.not(await ask(pass, inside.port), 200);
    t.is(lookups, 2);
    t.is(pass.failure(), 'blocked');
  }
  t.is(inside.connections(), 0);
});

test('each request of one connection to the proxy is checked for itself', async (t) => {
  const remote = await startRemote(
    t,
    createServer((_, response) => response.end()),
  );
  const inside = await startRemote(t, () => {});
  const pass = await openPass(t, { policy: onlyLoopback });
  t.is((await getThrough(pass, `http://${remote.authority}/`))?.statusCode, 200);
  const blocked = await getThrough(pass, `http://[::ffff:127.0.0.1]:${inside.port}/`);
  t.is(blocked?.statusCode, 403);
  if (blocked) await once(blocked.resume(), 'close');
  t.is(inside.connections(), 0);
});
