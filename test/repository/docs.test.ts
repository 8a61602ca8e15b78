import test from 'ava';
import { execa } from 'execa';
import { LinkChecker, LinkState } from 'linkinator';

const documents = ['*.md', 'docs/**/*.md'];

test('markdownlint finds nothing in any document', async (t) => {
  // Prettier decides about the length of lines and the form of tables.
  const { exitCode, stderr } = await execa('markdownlint-cli2', documents, {
    preferLocal: true,
    reject: false,
  });
  t.is(exitCode, 0, stderr);
});

test('every link from one document to another, or to a file, leads somewhere', async (t) => {
  const checker = new LinkChecker();
  const { links } = await checker.check({
    path: documents,
    markdown: true,
    checkFragments: true,
    directoryListing: true,
    // What is elsewhere is not asked for in a test.
    linksToSkip: ['^https:', '^http://127\\.0\\.0\\.1:5000'],
  });
  const checked = links.filter(({ state }) => state !== LinkState.SKIPPED);
  t.true(checked.length > 20, String(checked.length));
  t.deepEqual(
    checked.filter(({ state }) => state !== LinkState.OK).map(({ url, parent }) => [url, parent]),
    [],
  );
});
