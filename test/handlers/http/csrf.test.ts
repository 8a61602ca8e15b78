import test from 'ava';
import { isCrossOriginWrite } from '../../../handlers/http/csrf.ts';

const host = '127.0.0.1:5000';

test('reading is never a cross-origin write', (t) => {
  for (const method of ['GET', 'HEAD', 'OPTIONS', 'get']) {
    t.false(isCrossOriginWrite(method, { host, 'sec-fetch-site': 'cross-site' }), method);
  }
});

test('what the browser says of the site decides', (t) => {
  const origin = 'https://evil.example';
  t.false(isCrossOriginWrite('POST', { host, 'sec-fetch-site': 'same-origin' }));
  t.false(isCrossOriginWrite('POST', { host, 'sec-fetch-site': 'none' }));
  t.true(isCrossOriginWrite('POST', { host, 'sec-fetch-site': 'same-site' }));
  t.true(isCrossOriginWrite('post', { host, 'sec-fetch-site': 'cross-site' }));
  t.true(isCrossOriginWrite('DELETE', { host, 'sec-fetch-site': 'something new' }));
  t.false(isCrossOriginWrite('POST', { host, origin, 'sec-fetch-site': 'same-origin' }));
});

test('an older browser is known by its origin, which has to be this host and port', (t) => {
  t.false(isCrossOriginWrite('POST', { host, origin: `http://${host}` }));
  t.false(isCrossOriginWrite('POST', { host: 'Example.org', origin: 'https://example.org' }));
  t.true(isCrossOriginWrite('POST', { host, origin: 'http://127.0.0.1:5001' }));
  t.true(isCrossOriginWrite('POST', { host, origin: 'null' }));
  t.true(isCrossOriginWrite('POST', { host, origin: '' }));
  t.true(isCrossOriginWrite('POST', { origin: 'http://evil.example' }));
});

test('a program says nothing of the kind', (t) => {
  t.false(isCrossOriginWrite('POST', { host }));
});
