import test from 'ava';
import { readForwarded } from '../../../adapters/access/forwarded.ts';
import { inNetworks } from '../../../adapters/net/networks.ts';
import { limitWrites } from '../../../adapters/access/write-limit.ts';

test('only a trusted proxy is believed whom a request is forwarded for', (t) => {
  const read = readForwarded(['10.0.0.0/8', 'fd00::/8']);
  const client = (address: string, forwardedFor?: string) =>
    read({ address, forwardedFor }).address;
  t.is(client('192.0.2.1', '203.0.113.9'), '192.0.2.1');
  t.is(client('10.0.0.1'), '10.0.0.1');
  t.is(client('10.0.0.1', '203.0.113.9'), '203.0.113.9');
  t.is(client('::ffff:10.0.0.1', '203.0.113.9'), '203.0.113.9');
  t.is(client('fd00::1', '2001:db8::9'), '2001:db8::9');
  t.is(client('10.0.0.1', '127.0.0.1, 203.0.113.9, 10.0.0.2'), '203.0.113.9');
  t.is(client('10.0.0.1', '<script>, 203.0.113.9'), '203.0.113.9');
  t.is(client('10.0.0.1', '203.0.113.9, nonsense'), '10.0.0.1');
  t.false(read({ address: '192.0.2.1', forwardedFor: '203.0.113.9' }).isForwarded);
});

test('an address that a proxy forwards with its port counts as the address', (t) => {
  const read = readForwarded(['127.0.0.0/8']);
  const client = (forwardedFor: string) => read({ address: '127.0.0.1', forwardedFor }).address;
  t.is(client('8.8.4.4:1234'), '8.8.4.4');
  t.is(client('[2001:db8::9]:1234'), '2001:db8::9');
  t.is(client('[2001:db8::9]'), '2001:db8::9');
  t.is(client('203.0.113.9, 8.8.4.4:1234, 127.0.0.2:80'), '8.8.4.4');
  for (const wrong of ['8.8.4.4:', '8.8.4.4:123456', '8.8.4.4:x', '[8.8.4.4]:1', '[::1', 'a:1']) {
    t.is(client(wrong), '127.0.0.1', wrong);
  }
});

test('no IPv4 address lies in a network of IPv6, nor what is no address in any', (t) => {
  const within = inNetworks(['::/0']);
  t.true(within('2001:db8::1'));
  for (const address of ['127.0.0.1', '::ffff:127.0.0.1', '', 'localhost'])
    t.false(within(address));
});

test('each client has its writes, an IPv4 address or an IPv6 /64', async (t) => {
  const limit = limitWrites(2, inNetworks(['10.0.0.0/8']));
  const seconds = async (...addresses: readonly string[]) => {
    const all: (number | undefined)[] = [];
    for (const address of addresses) all.push(await limit(address));
    return all.map((given) => given !== undefined && given > 0 && given <= 60);
  };
  t.deepEqual(await seconds('192.0.2.1', '::ffff:192.0.2.1', '192.0.2.1'), [false, false, true]);
  t.deepEqual(await seconds('192.0.2.2'), [false]);
  t.deepEqual(await seconds('10.1.1.1', '10.1.1.1', '10.1.1.1'), [false, false, false]);
  const one = ['2001:db8::1', '2001:db8:0:0:1::', '2001:0DB8:0:0:ffff::2'];
  t.deepEqual(await seconds(...one), [false, false, true]);
  t.deepEqual(await seconds('2001:db8:0:1::1', '::1', '::2', '::3'), [false, false, false, true]);
});

test('very many clients share what is left, and take no more memory', async (t) => {
  const limit = limitWrites(5, () => false);
  let refused = 0;
  for (let index = 0; index < 10_100; index += 1) {
    const address = `10.${index >> 16}.${(index >> 8) & 255}.${index & 255}`;
    if ((await limit(address)) !== undefined) refused += 1;
  }
  t.is(refused, 95);
});
