import test from 'ava';
import { readConfig } from '../../../adapters/config/config.ts';
import { ConfigError } from '../../../adapters/config/variables.ts';

const sites = (text: string) => readConfig({ CORS_ORIGINS: text }).CORS_ORIGINS;

test('CORS_ORIGINS is a list of origins, or a star for everybody', (t) => {
  t.is(sites(''), undefined);
  t.is(readConfig({}).CORS_ORIGINS, undefined);
  t.deepEqual(sites('https://a.example'), ['https://a.example']);
  t.deepEqual(sites(' https://a.example , http://localhost:3000,,https://[::1]:8443, '), [
    'https://a.example',
    'http://localhost:3000',
    'https://[::1]:8443',
  ]);
  t.deepEqual(sites('*'), ['*']);
});

test('what is no origin in CORS_ORIGINS stops the start, and the message says what one looks like', (t) => {
  const wrong = [
    'a.example',
    'https://a.example/',
    'https://a.example/path',
    'https://A.example',
    'https://a.example:443',
    'https://user@a.example',
    'https://*.example',
    'ftp://a.example',
    'null',
    'file:///etc',
    'javascript:alert(1)',
    'https://a.example https://b.example',
  ];
  for (const text of wrong) {
    t.throws(
      () => sites(text),
      {
        name: 'ConfigError',
        message: `CORS_ORIGINS=${JSON.stringify(text)}: expected origins such as https://board.example,https://a.example:8443, or *`,
      },
      text,
    );
  }
});

test('a thousand tokens are read, and more are refused', (t) => {
  const tokens = (count: number) =>
    Array.from({ length: count }, (_, number) => `n${number}:t`).join();
  t.is(readConfig({ ACCESS_TOKEN: tokens(1000) }).ACCESS_TOKEN.length, 1000);
  t.throws(() => readConfig({ ACCESS_TOKEN: tokens(1001) }), { instanceOf: ConfigError });
});
