import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { askingForHealth } from './asking-for-health.ts';
import { maxParents } from '../../domain/commit.ts';
import { maxDateBytes } from '../../adapters/git/log-format.ts';
import { emptyTree, type CommitFields } from '../kit/git-objects.ts';
import { everyVariant, scaled } from '../kit/counts.ts';
import { git } from '../kit/git.ts';
import { watchMemory } from './memory.ts';
import { memoryGroup } from './memory-group.ts';
import { random, seedOf } from '../kit/random.ts';
import { createRepository, type Repository } from '../kit/repository.ts';
import { add, startedForLong, type Started } from '../kit/running-server.ts';

/** What a small machine gives the server, in bytes. */
const memory = 1024 ** 3;

/** Of the server and its git worker together, in MiB. */
const mostMegabytes = 384;

/** Has somebody attack a server that has little memory; it and its git worker must live, and others be answered meanwhile. */
async function attack(
  t: ExecutionContext,
  prepare: (repository: Repository) => Promise<void>,
  go: (all: Started) => Promise<void>,
): Promise<void> {
  t.timeout(600_000);
  const group = await memoryGroup(t, memory);
  if (group === undefined) t.log('left out: a memory cgroup, which this machine does not offer');
  const env = { REFRESH_MIN_SECONDS: '600' };
  const all = await startedForLong(t, env, { cgroup: group?.path });
  const { server, remote, repository, root } = all;
  const other = await createRepository(join(root, 'good.git'));
  await other.branch('main', await other.commit());
  await git(repository.path, ['config', 'pack.window', '0']);
  await prepare(repository);
  const peak = watchMemory(server.pid);
  const asking = askingForHealth(server.url);
  await go(all);
  const { p99, worst, count } = await asking.stop();
  const { server: own, group: ofGits } = peak();
  t.log(
    `/healthz p99 ${p99.toFixed(0)} ms, worst ${worst.toFixed(0)} ms of ${count}; server ${own.toFixed(0)} MiB, git ${ofGits.toFixed(0)} MiB, ${await group?.oomKills()} killed by the kernel`,
  );
  t.true(p99 < 250, `${p99} ms`);
  t.true(own < mostMegabytes, `${own} MiB`);
  t.notRegex(server.log(), /the git worker has ended/);
  t.is((await add(server, 'good', `${remote.origin}/good.git`)).status, 200);
}

const head = Buffer.from(`tree ${emptyTree}\n`);
const rest = (number: number) =>
  Buffer.from(`author A <a@b> ${number} +0000\ncommitter A <a@b> ${number} +0000\n\nx\n`);

function withParents(repository: Repository, parent: string, count: number, number: number) {
  const line = `parent ${parent}\n`;
  const parents = Buffer.alloc(count * line.length, line);
  return repository.raw(Buffer.concat([head, parents, rest(number)]));
}

async function refused(t: ExecutionContext, answer: Response, what: RegExp): Promise<void> {
  const text = await answer.text();
  t.log(`${answer.status} ${text}`);
  t.regex(text, what);
  t.is(answer.status, 500);
}

const tooLarge = /"outcome":"too_large"/;

interface ManyParents {
  readonly what: string;
  readonly commits: number;
  readonly parents: number;
}
const one: ManyParents = { what: 'a commit of 4,000,000 parents', commits: 1, parents: 4e6 };
const twelve: ManyParents = {
  what: '12 commits of 1,000,000 parents each',
  commits: 12,
  parents: 1e6,
};

async function push(
  repository: Repository,
  { commits, parents }: ManyParents,
  onto: string,
): Promise<void> {
  let tip = onto;
  for (let number = 1; number <= commits; number++) {
    tip = await withParents(repository, tip, parents, number);
  }
  await repository.branch('main', tip);
}

for (const many of everyVariant ? [one, twelve] : [one]) {
  test.serial(`${many.what} ends nothing`, async (t) => {
    await attack(
      t,
      async (repository) => push(repository, many, await repository.commit()),
      async ({ server, remote }) => {
        await refused(t, await add(server, 'x', `${remote.origin}/x.git`), tooLarge);
      },
    );
  });
}

for (const many of everyVariant ? [one, twelve] : [twelve]) {
  test.serial(`a project whose remote then shows ${many.what} keeps its history`, async (t) => {
    await attack(
      t,
      async (repository) => repository.branch('main', await repository.commit()),
      async ({ server, remote, repository }) => {
        const url = `${remote.origin}/x.git`;
        t.is((await add(server, 'x', url)).status, 200);
        await push(repository, many, await git(repository.path, ['rev-parse', 'main']));
        for (let time = 0; time < 2; time++)
          await refused(t, await add(server, 'x', url), tooLarge);
        t.is((await fetch(`${server.url}/json/x`)).status, 200);
      },
    );
  });
}

test.serial('commits with dates of 90 MB at first, and of 70 MB later, end nothing', async (t) => {
  const two = async (repository: Repository, megabytes: number, parents: readonly string[]) => {
    const date = `${'0'.repeat(megabytes * 1e6)}1700000100 +0000`;
    const first = await repository.commit({ date, committed: date, parents });
    const second = await repository.commit({ date, committed: date, parents: [first] });
    await repository.branch('main', second);
  };
  await attack(
    t,
    async (repository) => two(repository, 90, []),
    async ({ server, remote, repository }) => {
      const url = `${remote.origin}/x.git`;
      await refused(t, await add(server, 'x', url), tooLarge);
      const plain = await repository.commit();
      await repository.branch('main', plain);
      t.is((await add(server, 'x', url)).status, 200);
      await two(repository, 70, [plain]);
      await refused(t, await add(server, 'x', url), tooLarge);
    },
  );
});

test.serial('8 pushed commits with subjects of 40 MB are kept truncated', async (t) => {
  await attack(
    t,
    async (repository) => repository.branch('main', await repository.commit()),
    async ({ server, remote, repository }) => {
      const url = `${remote.origin}/x.git`;
      t.is((await add(server, 'x', url)).status, 200);
      let tip = await git(repository.path, ['rev-parse', 'main']);
      for (let number = 0; number < 8; number++) {
        tip = await repository.commit({ message: 'x'.repeat(4e7) + number, parents: [tip] });
      }
      await repository.branch('main', tip);
      const answer = await add(server, 'x', url);
      t.is(answer.status, 200, await answer.text());
    },
  );
});

/** What makes one part of a commit so many bytes long, and how long it may be, in bytes. */
const grown: Readonly<
  Record<
    string,
    { readonly most: number; readonly fields: (bytes: number, parent: string) => CommitFields }
  >
> = {
  parents: {
    most: maxParents,
    fields: (bytes, parent) => ({ parents: Array.from({ length: bytes }, () => parent) }),
  },
  dates: {
    most: maxDateBytes,
    fields: (bytes) => {
      const date = `${'1'.padStart(bytes, '0')} +0000`;
      return { date, committed: date };
    },
  },
  names: {
    most: Infinity,
    fields: (bytes) => {
      const author = `${'é'.repeat(bytes / 2)} <a@b>`;
      return { author, committer: author };
    },
  },
  subjects: { most: Infinity, fields: (bytes) => ({ message: '\u0001'.repeat(bytes) }) },
  headers: {
    most: Infinity,
    fields: (bytes) => ({ headers: [`x-a ${'b\n '.repeat(bytes / 3)}`] }),
  },
  trailers: {
    most: Infinity,
    fields: (bytes) => ({ message: `s\n\nA: b\n${'C: d\n'.repeat(bytes / 5)}` }),
  },
  signatures: {
    most: Infinity,
    fields: (bytes) => ({
      headers: [`gpgsig -----BEGIN PGP SIGNATURE-----\n ${'iQEz\n '.repeat(bytes / 6)}`],
    }),
  },
};

const grownRepositories = scaled(8);

test.serial(
  `commits of ${grownRepositories} repositories, grown along each of their parts, end nothing`,
  async (t) => {
    const { below, pick } = random(seedOf(t));
    await attack(
      t,
      async () => {},
      async ({ server, remote, root }) => {
        const outcomes = new Map<string, number>();
        for (let number = 0; number < grownRepositories; number++) {
          const names = Object.keys(grown);
          // Each part once, then any.
          const part = names[number] ?? pick(names);
          const { most, fields } = grown[part] ?? { most: 0, fields: () => ({}) };
          const largest = 4 + below(17);
          const repository = await createRepository(join(root, `${number}.git`));
          await git(repository.path, ['config', 'pack.window', '0']);
          let [tip, longest] = [await repository.commit(), 0];
          const url = `${remote.origin}/${number}.git`;
          // Half of them come at first, and half are pushed.
          for (const half of ['first', 'pushed']) {
            for (let count = 0; count < 25; count++) {
              // As often of a few bytes as of a million.
              const bytes = Math.ceil(2 ** (below(100 * largest) / 100));
              const length = part === 'parents' ? Math.ceil(bytes / 48) : bytes;
              longest = Math.max(longest, length);
              tip = await repository.commit({ parents: [tip], ...fields(length, tip) });
            }
            await repository.branch('main', tip);
            const answer = await add(server, `p${number}`, url);
            const text = await answer.text();
            const expected = longest > most ? 'too_large' : 'ok';
            const { outcome = 'ok' } = /"outcome":"(?<outcome>\w+)"/.exec(text)?.groups ?? {};
            t.is(outcome, expected, `${half} ${part} of ${longest}: ${text}`);
            const kind = `${part} ${outcome}`;
            outcomes.set(kind, (outcomes.get(kind) ?? 0) + 1);
            if (outcome === 'ok') t.is((await fetch(`${server.url}/json/p${number}`)).status, 200);
          }
        }
        t.log(JSON.stringify(Object.fromEntries(outcomes)));
      },
    );
  },
);
