import test from 'ava';
import { allowHosts } from '../../../handlers/index.ts';

const allows = allowHosts(['monitor.example.org', 'Git_Monitor']);

for (const host of [
  'localhost',
  'LOCALHOST:5000',
  'localhost.',
  'a.b.localhost:80',
  '127.0.0.1:5000',
  '192.0.2.7',
  '[::1]:5000',
  '[fe80::1]',
  'monitor.example.org',
  'MONITOR.example.org.:443',
  'git_monitor:5000',
]) {
  test(`this server may be asked as ${host}`, (t) => {
    t.true(allows(host));
  });
}

for (const host of [
  undefined,
  '',
  'attacker.invalid',
  'attacker.invalid:5000',
  '127.0.0.1.attacker.invalid',
  'localhost.attacker.invalid',
  'notlocalhost',
  'x.monitor.example.org',
  'localhost@attacker.invalid',
  'attacker.invalid/localhost',
  'localhost, attacker.invalid',
  'localhost attacker.invalid',
  'localhost:x',
  'localhost:99999',
  '[::1',
  '[fe80::1%25eth0]',
  '.',
  'ｌocalhost',
]) {
  test(`this server may not be asked as ${JSON.stringify(host)}`, (t) => {
    t.false(allows(host));
  });
}
