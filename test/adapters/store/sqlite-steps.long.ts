import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { openSqliteStore } from '../../../adapters/sqlite/sqlite.ts';
import type { StorePort, HistoryVersion } from '../../../domain/index.ts';
import { watchHolds } from '../../bench/holds.ts';
import { fakeSha } from '../../kit/fake-ports.ts';
import { writeLargeHistory } from '../../kit/large-history.ts';
import { temporaryDirectory } from '../../kit/temporary-directory.ts';

const name = 'large';
const url = 'https://example.org/large.git';

/** How long a step may hold the thread, in milliseconds of its processor time. */
const most = 50;

const histories = {
  'a million commits of one second': {
    commits: 1_000_000,
    subject: "'Change ' || number",
    committed: '1700000000',
  },
  '20,000 subjects of 999 letters': {
    commits: 20_000,
    subject: "replace(hex(zeroblob(999)), '00', 'a')",
    committed: '1700000000 + number',
  },
} as const;

type Read = (store: StorePort, of: HistoryVersion) => Promise<unknown>;

const search =
  (filter: Parameters<StorePort['search']>[1]['filter'], position?: number): Read =>
  (store, { tip, commits }) => {
    if (position === undefined || tip === null) return store.search(name, { filter, limit: 100 });
    const from = { tip, commits, position, committedAt: 1_700_000_000, side: 'after' } as const;
    return store.search(name, { filter, from, limit: 100 });
  };

const reads: Readonly<Record<string, Read>> = {
  'counts by day': (store, of) => store.commitCounts(of, { from: 0, to: 1e12 }),
  'counts by author': (store, of) => store.authors(of, 50),
  'a search for a word': search({ text: 'zzz' }),
  'a search for a long text': search({ text: `${'a'.repeat(199)}b` }),
  'a search for a text of as long as LIKE is asked': search({ text: `${'a'.repeat(19)}b` }),
  'a search for letters of other alphabets': search({ text: 'aé'.repeat(100) }),
  'a search for a word in a time without commits': search({ text: 'zzz', since: 2e9 }),
  'a search for a word of an author': search({ text: 'zzz', author: 'Author 1' }),
  'a search by first parents': search({ text: 'zzz', firstParent: true }),
  'a search by time, from the middle': search({ since: 1, until: 2e9 }, 1000),
  'a search by author and time, from the middle': search({ until: 2e9, author: 'Author 1' }, 1000),
};

async function open(t: ExecutionContext, history: (typeof histories)[keyof typeof histories]) {
  const file = join(await temporaryDirectory(t), 'gitmon.db');
  await writeLargeHistory(file, { name, url, ...history });
  const store = openSqliteStore(file);
  t.teardown(() => store.close());
  return store;
}

for (const [what, history] of Object.entries(histories)) {
  test.serial(`no step of a read holds the thread for 50 ms: ${what}`, async (t) => {
    t.timeout(600_000);
    const store = await open(t, history);
    const of = { url, commits: history.commits, tip: fakeSha(history.commits) };
    for (const [title, read] of Object.entries(reads)) {
      const { milliseconds, mostTaken } = await watchHolds(() => read(store, of));
      t.log(`${title}: ${milliseconds.toFixed(0)} ms, longest step ${mostTaken.toFixed(1)} ms`);
      t.true(mostTaken < most, `${title}: ${mostTaken} ms`);
    }
  });
}
