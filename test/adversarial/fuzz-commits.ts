import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import fc from 'fast-check';
import { z } from 'zod';
import { commitBytes, emptyTree, shaOf, type CommitFields } from '../kit/git-objects.ts';
import { git } from '../kit/git.ts';
import { seedOf } from '../kit/random.ts';
import { packedObject, packOf } from '../kit/smart-remote.ts';
import { add, startedForLong } from '../kit/running-server.ts';

const history = z.object({ commits: z.array(z.object({ sha: z.string() })) });

/** Tests that so many commits are read, of which git itself checks no more than the tree and the parents. */
export function fuzzCommits(cases: number): void {
  test.serial(`${cases} odd commit objects are all read, and shown everywhere`, async (t) => {
    t.timeout(600_000);
    const { server, remote, repository } = await startedForLong(t, { LOG_LEVEL: 'error' });
    const commits = fc.sample(oddCommit, { seed: seedOf(t), numRuns: cases });
    const shas = await writeCommits(repository.path, commits);
    const added = await add(server, 'odd', `${remote.origin}/x.git`);
    t.is(added.status, 200, await added.text());
    const get = async (path: string, accept = '*/*') => {
      const answer = await fetch(server.url + path, { headers: { accept } });
      const text = await answer.text();
      t.is(answer.status, 200, `${path}: ${text.slice(0, 300)}`);
      t.true(text.isWellFormed());
      return text;
    };
    const read = history.parse(JSON.parse(await get('/json/odd')));
    const inOrder = await git(repository.path, ['rev-list', 'main']);
    t.is(read.commits.map(({ sha }) => sha).join('\n'), inOrder);
    t.is(read.commits.length, cases);
    await get('/json/odd', 'text/html');
    await get('/feed/odd.atom');
    await get('/api/v1/projects/odd/stats');
    for (let page = '/list/odd'; page !== '';) {
      const text = await get(page, 'text/html');
      t.notRegex(text, /<script>/);
      page = /href="([^"]+)" rel="next"/.exec(text)?.[1]?.replaceAll('&amp;', '&') ?? '';
    }
    for (const sha of shas.slice(0, 40)) {
      await get(`/api/v1/projects/odd/commits/${sha}`);
    }
    t.is(server.log(), '');
  });
}

const texts = (maxLength: number) =>
  fc.oneof(
    fc.uint8Array({ maxLength }),
    fc.string({ unit: 'binary', maxLength }).map((text) => Buffer.from(text)),
    fc
      .constantFrom(
        '',
        '<',
        '> <',
        '<script>alert(1)</script>',
        '\0',
        '\r',
        '\u202e',
        '+AAA-',
        '%n',
      )
      .map((text) => Buffer.from(text)),
  );

/** Of a head a line break ends the line, and a blank line the head. */
const lines = (maxLength: number) =>
  texts(maxLength).map((bytes) => bytes.filter((byte) => byte !== 10));

const dates = fc
  .oneof(
    fc.bigInt({ min: -(2n ** 65n), max: 2n ** 65n }).map((epoch) => `${epoch} +0000`),
    fc.tuple(fc.nat(4e9), fc.string({ maxLength: 8 })).map((pair) => pair.join(' ')),
    fc.string({ maxLength: 20 }),
    fc.constantFrom('', '0 +0000', '1700000000 -9999', '1700000000', '253402300800 +0000'),
  )
  .map((date) => date.replaceAll('\n', ''));

const headers = fc
  .tuple(
    fc.constantFrom(
      'encoding',
      'encoding',
      'encoding',
      'gpgsig',
      'mergetag',
      'parent',
      'author',
      '',
    ),
    fc.constantFrom('UTF-16', 'UTF-7', 'latin1', 'UTF-8', '%n', 'x'.repeat(3000), '<>', '\0', ''),
  )
  .map((pair) => pair.join(' '));

/** Of a commit whatever comes after its parents. */
const oddCommit = fc.record({
  author: lines(60),
  date: dates,
  committer: lines(60),
  committed: dates,
  headers: fc.array(headers, { maxLength: 2 }),
  message: texts(3000),
});

/** Puts commits on one another, the branch main on the last, and gives their names. */
async function writeCommits(
  repository: string,
  commits: readonly Required<Omit<CommitFields, 'tree' | 'parents'>>[],
): Promise<readonly string[]> {
  const shas: string[] = [];
  const objects = commits.map((fields) => {
    const content = commitBytes({ ...fields, tree: emptyTree, parents: shas.slice(-1) });
    shas.push(shaOf('commit', content));
    return packedObject('commit', content);
  });
  const pack = join(repository, 'objects/pack/pack-odd.pack');
  await mkdir(join(repository, 'objects/pack'), { recursive: true });
  await writeFile(pack, packOf(objects));
  await git(repository, ['index-pack', pack]);
  // As a file, since git would look at the commit first.
  await writeFile(join(repository, 'refs/heads/main'), `${shas.at(-1)}\n`);
  return shas;
}
