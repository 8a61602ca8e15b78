import test from 'ava';
import { assert, ipV4, ipV6, property } from 'fast-check';
import { allowAllAddresses, publicAddresses } from '../../../adapters/egress/address-policy.ts';

const isPublic = publicAddresses([]);

const good = [
  '1.1.1.1',
  '8.8.8.8',
  '9.255.255.255',
  '11.0.0.0',
  '100.63.255.255',
  '100.128.0.0',
  '126.255.255.255',
  '128.0.0.1',
  '140.82.121.4',
  '168.63.129.15',
  '168.63.129.17',
  '172.15.255.255',
  '172.32.0.0',
  '192.0.1.1',
  '192.167.255.255',
  '192.169.0.0',
  '198.17.255.255',
  '198.20.0.0',
  '223.255.255.255',
  '2606:50c0:8000::153',
  '2a01:4f8::1',
  '2001:200::1',
  '2001:4860:4860::8888',
  '2003::1',
  '2C0F:FFFF::1',
  '::ffff:8.8.8.8',
  '::ffff:808:808',
  '0:0:0:0:0:ffff:8.8.8.8',
  '64:ff9b::8.8.8.8',
  '64:ff9b::8c52:7904',
];

const bad = {
  'this network': ['0.0.0.0', '0.1.2.3'],
  loopback: ['127.0.0.1', '127.255.255.254', '::1', '0:0:0:0:0:0:0:1'],
  private: ['10.0.0.1', '172.16.0.1', '172.31.255.255', '192.168.1.1'],
  'carrier NAT': ['100.64.0.1', '100.127.255.255'],
  'link-local and metadata': ['169.254.0.1', '169.254.169.254', 'fe80::1', 'febf::1'],
  'protocol assignments': ['192.0.0.1', '192.0.0.9', '192.0.0.10', '192.0.0.170'],
  'documentation and benchmarks': ['192.0.2.1', '198.51.100.1', '203.0.113.1', '198.18.0.1'],
  "a cloud's own host": ['168.63.129.16', '::ffff:168.63.129.16', '64:ff9b::a83f:8110'],
  '6to4 relay': ['192.88.99.1', '192.88.99.2'],
  'multicast and reserved': ['224.0.0.1', '239.255.255.255', '240.0.0.1', '255.255.255.255'],
  'unspecified and multicast of IPv6': ['::', 'ff02::1', 'ff0e::1'],
  'unique-local and site-local': ['fc00::1', 'fd00:ec2::254', 'fec0::1'],
  'IPv4 inside IPv6': [
    '::ffff:127.0.0.1',
    '::ffff:7f00:1',
    '::FFFF:10.0.0.1',
    '0:0:0:0:0:ffff:169.254.169.254',
    '::ffff:192.88.99.1',
    '::127.0.0.1',
    '::7f00:1',
    '::8.8.8.8',
  ],
  'IPv4 behind a translator': [
    '64:ff9b::127.0.0.1',
    '64:ff9b::a00:1',
    '64:ff9b::192.0.0.9',
    '64:ff9b:1::1',
    '64:ff9b:1::8.8.8.8',
  ],
  tunnels: ['2002:7f00:1::1', '2002:808:808::1', '2001::1', '2001:0:4136:e378:8000:63bf:3fff:fdd2'],
  'protocol assignments of IPv6': ['2001:1::1', '2001:2::1', '2001:10::1', '2001:20::1'],
  'other special IPv6': ['100::1', '2001:db8::1', '3fff::1', '5f00::1', '4000::1'],
  zones: ['fe80::1%eth0', '2606:50c0:8000::153%1', '::1%lo'],
  'no literal': [
    '',
    'localhost',
    '127.1',
    '2130706433',
    '0x7f.0.0.1',
    '010.0.0.1',
    '[::1]',
    '8.8.8.8 ',
  ],
};

test('public addresses are allowed', (t) => {
  for (const address of good) t.true(isPublic(address), address);
});

for (const [kind, addresses] of Object.entries(bad)) {
  test(`not public: ${kind}`, (t) => {
    for (const address of addresses) t.false(isPublic(address), address);
  });
}

test('every address in any spelling gets an answer, and both spellings of a mapped one the same as IPv4', (t) => {
  assert(
    property(ipV4(), ipV6(), (ipv4, ipv6) => {
      isPublic(ipv6);
      const [a = 0, b = 0, c = 0, d = 0] = ipv4.split('.').map(Number);
      const groups = [a * 256 + b, c * 256 + d].map((group) => group.toString(16)).join(':');
      const expected = isPublic(ipv4);
      t.is(isPublic(`::ffff:${ipv4}`), expected);
      t.is(isPublic(`::ffff:${groups}`), expected);
      t.is(isPublic(`64:ff9b::${groups}`), expected);
      t.false(isPublic(`::${groups}`));
    }),
  );
});

test('a network that is allowed is allowed in every form, and nothing beside it', (t) => {
  const policy = publicAddresses(['10.0.0.0/8', '192.168.1.7/32', 'fd00::/8', '::1/128']);
  for (const address of [
    '10.0.0.0',
    '10.255.255.255',
    '::ffff:10.1.2.3',
    '::ffff:a01:203',
    '64:ff9b::10.1.2.3',
    '192.168.1.7',
    'fd12::1',
    '::1',
    '8.8.8.8',
  ]) {
    t.true(policy(address), address);
  }
  for (const address of [
    '192.168.0.7',
    '172.16.0.1',
    '::10.1.2.3',
    '192.168.1.6',
    '::ffff:192.168.1.6',
    'fc00::1',
    'fd12::1%eth0',
    '127.0.0.1',
    '::ffff:127.0.0.1',
    '::2',
  ]) {
    t.false(policy(address), address);
  }
});

test('a network of v4-mapped addresses is one of IPv4', (t) => {
  const policy = publicAddresses(['::ffff:10.0.0.0/104']);
  t.true(policy('10.255.255.255'));
  t.true(policy('::ffff:10.0.0.1'));
  t.false(policy('127.0.0.1'));
  t.true(publicAddresses(['::ffff:0:0/96'])('127.0.0.1'));
});

test('all of one family is nothing of the other', (t) => {
  for (const network of ['::/0', '::/64', '::/80', '::/95']) {
    const policy = publicAddresses([network]);
    t.true(policy('::1'), network);
    t.false(policy('127.0.0.1'), network);
    t.false(policy('::ffff:127.0.0.1'), network);
  }
  const policy = publicAddresses(['0.0.0.0/0']);
  t.true(policy('127.0.0.1'));
  t.true(policy('::ffff:127.0.0.1'));
  t.false(policy('::1'));
});

test('bits beyond the prefix do not matter', (t) => {
  t.true(publicAddresses(['10.1.2.3/8'])('10.9.9.9'));
  t.true(publicAddresses(['fd00::1/8'])('fd99::1'));
});

test('what is no network is refused when the policy is made', (t) => {
  for (const text of [
    '',
    '10.0.0.1',
    '10.0.0.0/',
    '10.0.0.0/33',
    '10.0.0.0/08',
    '10.0.0.0/-1',
    '10.0.0.0/8/8',
    '10.0/8',
    '::/129',
    'fe80::%eth0/10',
    'fe80::/10%eth0',
    'localhost/8',
    '[::1]/128',
    ' 10.0.0.0/8',
  ]) {
    t.throws(() => publicAddresses([text]), { instanceOf: TypeError }, text);
  }
});

test('where every address is allowed, it must still be one', (t) => {
  for (const address of ['127.0.0.1', '::1', '0.0.0.0', 'fe80::1%eth0', '8.8.8.8']) {
    t.true(allowAllAddresses(address), address);
  }
  for (const text of ['', 'localhost', '127.1', '2130706433', '[::1]']) {
    t.false(allowAllAddresses(text), text);
  }
});
