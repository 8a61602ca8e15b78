import test from 'ava';
import { acceptsGzip, prefersHtml } from '../../../handlers/http/accept.ts';

const pages = [
  'text/html',
  'text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8',
  'text/html;q=0.9,application/json;q=0.8',
  'text/*',
  'TEXT/HTML',
];

const data = [
  undefined,
  '',
  '*/*',
  'application/json',
  'application/problem+json',
  'application/json,text/html;q=0.9',
  'application/*',
  'image/png',
  'text/plain',
  'text/html;q=0',
  'nonsense',
  ';;;,,,q=x',
];

for (const accept of pages) {
  test(`a page is preferred by ${accept}`, (t) => t.true(prefersHtml(accept)));
}

for (const accept of data) {
  test(`data is preferred by ${accept === '' ? 'an empty header' : String(accept)}`, (t) =>
    t.false(prefersHtml(accept)));
}

test('a header is read alike each time, after very many others too', (t) => {
  for (let round = 0; round < 2; round++) {
    t.true(acceptsGzip('gzip, deflate, br'));
    t.false(acceptsGzip('gzip;q=0, br'));
    for (let number = 0; number < 300; number++) {
      t.is(acceptsGzip(`x-${number}${number % 2 === 0 ? ', gzip' : ''}`), number % 2 === 0);
    }
  }
});
