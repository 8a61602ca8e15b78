import test from 'ava';
import fc from 'fast-check';
import { DomainError, parseProjectName, parseRepositoryUrl } from '../../domain/index.ts';

const nameLetters = 'abcXYZ019._-'.split('');

test('a project name of letters, digits, dots, underscores and hyphens is taken as it is', (t) => {
  for (const name of ['a', 'spark', 'Apollo-11', '0', 'a.b_c-d', 'constructor', 'x'.repeat(100)]) {
    t.is(parseProjectName(name), name);
  }
});

test('a project name that could be a path, an option or markup is refused', (t) => {
  const bad = ['', '.', '..', '-a', '_a', 'a/b', 'a b', 'a\n', '<b>', 'é', 'a%2f', 'x'.repeat(101)];
  for (const name of bad) {
    const error = t.throws(() => parseProjectName(name), { instanceOf: DomainError }, name);
    t.is(error.code, 'bad_name');
  }
});

test('whatever is taken as a name is safe as a file name, a path segment and a label', (t) => {
  fc.assert(
    fc.property(
      fc.oneof(fc.string(), fc.string({ unit: fc.constantFrom(...nameLetters, '/', ' ') })),
      (text) => {
        try {
          const name = parseProjectName(text);
          t.is(encodeURIComponent(name), name);
        } catch (error) {
          t.true(error instanceof DomainError);
        }
      },
    ),
  );
});

test('a repository url is trimmed and written the one way browsers write it', (t) => {
  const same: readonly (readonly [string, string])[] = [
    ['  https://example.org/a.git\r\n', 'https://example.org/a.git'],
    ['HTTPS://EXAMPLE.org:443/a', 'https://example.org/a'],
    ['http://example.org', 'http://example.org/'],
    ['http://example.org/a/../b.git/', 'http://example.org/b.git/'],
    ['http://0x7f.1:8080/x', 'http://127.0.0.1:8080/x'],
    [
      'https://example.org/dots.in.path/v1.2.git?x=1',
      'https://example.org/dots.in.path/v1.2.git?x=1',
    ],
    ['http://[::1]:8080/a.git', 'http://[::1]:8080/a.git'],
    ['https://example.org/grüße.git', 'https://example.org/gr%C3%BC%C3%9Fe.git'],
  ];
  for (const [text, url] of same) t.is(parseRepositoryUrl(text), url);
});

test('a url that is no plain http or https url is refused, and the reason says which rule', (t) => {
  const bad: readonly (readonly [string, RegExp])[] = [
    ['', /Send the http/],
    ['--upload-pack=touch /tmp/x', /begins with http/],
    ['ext::sh -c true', /begins with http/],
    ['file:///etc/passwd', /begins with http/],
    ['ssh://git@example.org/a.git', /begins with http/],
    ['git@example.org:a.git', /begins with http/],
    ['http:///a.git', /and a host/],
    ['http:\\\\example.org\\a.git', /begins with http/],
    ['http://example.org\\@127.0.0.1/a.git', /backslashes/],
    ['http://example.org/a b.git', /%20/],
    ['http://exam\tple.org/a.git', /control characters/],
    ['http://example.org/a\u0000b', /control characters/],
    ['http://user:secret@example.org/a.git', /no user name or password/],
    ['http://user@example.org/a.git', /no user name or password/],
    ['http://example.org/a.git#main', /fragment/],
    ['http://example.org:99999/a.git', /host and port/],
    ['http://127.0.0.256/a.git', /host and port/],
    [`http://example.org/${'a'.repeat(3000)}`, /at most 2048/],
    ['httpſ://example.org/a.git', /begins with http/],
  ];
  for (const [text, rule] of bad) {
    const error = t.throws(() => parseRepositoryUrl(text), { instanceOf: DomainError }, text);
    t.is(error.code, 'bad_url');
    t.regex(error.message, rule, text);
    t.notRegex(error.message, /secret/);
  }
});

test('whatever is taken as a url begins with its scheme, so git can take it for nothing else, and stays the same', (t) => {
  fc.assert(
    fc.property(fc.oneof(fc.webUrl({ withQueryParameters: true }), fc.string()), (text) => {
      try {
        const url = parseRepositoryUrl(text);
        t.regex(url, /^https?:\/\/[^/]/);
        t.is(parseRepositoryUrl(url), url);
      } catch (error) {
        t.true(error instanceof DomainError);
      }
    }),
  );
});
