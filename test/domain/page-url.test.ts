import test from 'ava';
import fc from 'fast-check';
import { parseProjectName, proposeName, repositoryOfPage } from '../../domain/index.ts';
import { threadCpuTime } from '../kit/thread-cpu-time.ts';

const pages: readonly (readonly [page: string, repository: string])[] = [
  ['https://github.com/redis/redis', 'https://github.com/redis/redis'],
  ['https://github.com/redis/redis/', 'https://github.com/redis/redis'],
  ['https://github.com/redis/redis.git', 'https://github.com/redis/redis.git'],
  ['https://github.com/redis/redis/tree/8.0/src', 'https://github.com/redis/redis'],
  ['https://github.com/redis/redis/blob/unstable/README.md#L3', 'https://github.com/redis/redis'],
  ['https://github.com/redis/redis/commits/unstable/', 'https://github.com/redis/redis'],
  ['https://github.com/redis/redis?tab=readme-ov-file#what', 'https://github.com/redis/redis'],
  ['http://www.github.com/redis/redis/pulls', 'https://www.github.com/redis/redis'],
  ['github.com/redis/redis/issues', 'https://github.com/redis/redis'],
  ['git@github.com:redis/redis.git', 'https://github.com/redis/redis.git'],
  ['ssh://git@github.com/redis/redis.git', 'https://github.com/redis/redis.git'],
  ['https://github.com:443/redis/redis/tree/8.0', 'https://github.com/redis/redis'],
  ['ssh://git@github.com:22/redis/redis.git', 'https://github.com/redis/redis.git'],
  ['  https://GitHub.com/redis/redis/wiki  ', 'https://github.com/redis/redis'],
  [
    'https://gitlab.com/gitlab-org/ci/runner/-/tree/main/a',
    'https://gitlab.com/gitlab-org/ci/runner',
  ],
  ['https://gitlab.com/gitlab-org/ci/runner/-/', 'https://gitlab.com/gitlab-org/ci/runner'],
  ['https://gitlab.com/gitlab-org/ci/runner/', 'https://gitlab.com/gitlab-org/ci/runner'],
  [
    'https://gitlab.com/inkscape/inkscape/blob/master/README.md',
    'https://gitlab.com/inkscape/inkscape',
  ],
  ['https://gitlab.com/inkscape/inkscape.git', 'https://gitlab.com/inkscape/inkscape.git'],
  ['https://git.example.org:8443/a/b/c/-/commits/main', 'https://git.example.org:8443/a/b/c'],
  ['https://bitbucket.org/a/b/src/master/', 'https://bitbucket.org/a/b'],
  ['https://bitbucket.org/a/b/commits/branch/main', 'https://bitbucket.org/a/b'],
  [
    'https://codeberg.org/forgejo/forgejo/src/branch/forgejo/cmd',
    'https://codeberg.org/forgejo/forgejo',
  ],
  ['https://git.example.org/a/b/src/branch/main/x.txt', 'https://git.example.org/a/b'],
  ['https://git.example.org/a/b/commits/branch/main', 'https://git.example.org/a/b'],
  ['https://git.example.org/a/b/src/branch/-/-/tree/main', 'https://git.example.org/a/b'],
  // What names no page of a known kind is left alone.
  ['https://git.example.org/a/tree/b.git', 'https://git.example.org/a/tree/b.git'],
  ['https://git.example.org/src/branch.git', 'https://git.example.org/src/branch.git'],
  ['http://127.0.0.1:8080/x.git', 'http://127.0.0.1:8080/x.git'],
  ['https://github.com/redis', 'https://github.com/redis'],
  ['https://me:secret@github.com/a/b/tree/x', 'https://me:secret@github.com/a/b/tree/x'],
  ['git@git.example.org:a/b.git', 'git@git.example.org:a/b.git'],
  ['not a url', 'not a url'],
  ['', ''],
];

for (const [page, repository] of pages) {
  test(`the repository of '${page}' is '${repository}'`, (t) => {
    t.is(repositoryOfPage(page), repository);
    t.is(repositoryOfPage(repository), repository);
  });
}

test('the repository of a page is looked for in a time that grows with the length of its url', async (t) => {
  for (const part of ['/-/', '/-/tree', '/src/branch', '/a/-', '//', '/commits/tag']) {
    const page = `https://git.example.org/a${part.repeat(8192 / part.length)}`;
    const { milliseconds } = await threadCpuTime(() => {
      for (let times = 0; times < 20; times++) repositoryOfPage(page);
    });
    // A hundred times as long before: 2 s for each of some.
    t.true(milliseconds < 1000, part);
    t.is(repositoryOfPage(page), page, 'no repository has so long a url');
  }
});

test('marks of a page that come one after the other end the repository at the first', (t) => {
  const marks = '/src/branch/-/tree/src/branch/commits/commit/-/blob/';
  t.is(
    repositoryOfPage(`https://git.example.org/a/b${marks.repeat(30)}`),
    'https://git.example.org/a/b/src/branch',
  );
  t.is(
    repositoryOfPage('https://git.example.org/src/branch/x'),
    'https://git.example.org/src/branch/x',
  );
  t.is(
    repositoryOfPage('https://git.example.org/a/src/branch/x'),
    'https://git.example.org/a/src/branch/x',
  );
  t.is(
    repositoryOfPage('https://git.example.org/a//src/branch/x'),
    'https://git.example.org/a//src/branch/x',
  );

  t.is(
    repositoryOfPage('https://git.example.org/a/-/tree/b/-/tree/c'),
    'https://git.example.org/a/-/tree/b',
  );
});

const names = [
  ['https://github.com/redis/redis.git', 'redis'],
  ['https://example.org/a%20b/Apollo-11/', 'Apollo-11'],
  ['https://example.org/x/%2Ehidden%20one.git', 'hidden-one'],
  ['https://example.org/%E0%A4%A', 'E0-A4-A'],
  ['https://example.org/', ''],
  ['nonsense', ''],
] as const;

for (const [url, name] of names) {
  test(`'${name}' is proposed for '${url}'`, (t) => {
    t.is(proposeName(url), name);
  });
}

test('whatever is pasted, a repository of it stays the same, and a proposed name is one or nothing', (t) => {
  const segments = fc.array(
    fc.constantFrom('a', 'b.git', '-', 'tree', 'src', 'branch', 'commits', '..', '%2e', 'é', ' '),
  );
  const host = fc.constantFrom('github.com', 'gitlab.com', 'example.org', 'git@github.com:x');
  fc.assert(
    fc.property(host, segments, (at, path) => {
      const text = `${at.includes('@') ? '' : 'https://'}${at}/${path.join('/')}`;
      const once = repositoryOfPage(text);
      t.is(repositoryOfPage(once), once);
      const name = proposeName(once);
      if (name !== '') t.is(parseProjectName(name), name);
    }),
  );
});
