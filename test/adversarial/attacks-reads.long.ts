import { readFile } from 'node:fs/promises';
import { request } from 'node:http';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import test, { type ExecutionContext } from 'ava';
import { statFields } from '../../adapters/process/stat-fields.ts';
import { processesWith, gitsOf, leftOver } from '../kit/processes.ts';
import { writeLargeHistory } from '../kit/large-history.ts';
import { add, startedForLong, type Started } from '../kit/running-server.ts';
import { temporaryDirectory } from '../kit/temporary-directory.ts';

/** How long readers stay, and how often as many come again, in milliseconds. */
const stay = 500;
const rounds = 6;

/** For how long it is looked at what a server does for readers that have left, in milliseconds. */
const watched = 2000;

/** Most processor seconds that may take, and the most milliseconds of 99 of 100 answers of `/healthz` beside. */
const mostSeconds = 0.8;
const mostHealth = 250;

/** Ticks of the clock in a second, by which Linux tells processor time. */
const ticks = 100;

/** Processor seconds that a server, its git worker and all their gits have taken so far. */
async function processorSeconds({ server, data }: Attacked): Promise<number> {
  const gits = await processesWith(`GIT_MONITORING_SERVER=${data}`);
  const all = await Promise.all(
    [...new Set([server.pid, ...gits.map(({ pid }) => pid)])].map(ticksOf),
  );
  return all.reduce((sum, each) => sum + each, 0) / ticks;
}

/** Of a process, and of those of its children that have ended: utime, stime, cutime, cstime of proc_pid_stat(5). */
async function ticksOf(pid: number): Promise<number> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined);
  const times = stat === undefined ? [] : statFields(stat).slice(11, 15).map(Number);
  return times.reduce((sum, each) => sum + each, 0);
}

type Attacked = Pick<Started, 'server' | 'data'>;

/** Asks for a path, and leaves when told to. */
function reader(url: string): () => void {
  const asking = request(url, { agent: false }, (response) => response.resume());
  asking.on('error', () => {}).end();
  return () => asking.destroy();
}

/** Asks for `/healthz` again and again until it is told to stop; gives what 99 of 100 answers took, in milliseconds. */
function watchHealth(url: string): () => Promise<number> {
  const times: number[] = [];
  const over = new AbortController();
  const watching = (async () => {
    while (!over.signal.aborted) {
      const begin = performance.now();
      await (await fetch(`${url}/healthz`)).text();
      times.push(performance.now() - begin);
      await setTimeout(5);
    }
  })();
  return async () => {
    over.abort();
    await watching;
    return times.toSorted((a, b) => a - b)[Math.floor(times.length * 0.99)] ?? Infinity;
  };
}

/** Has readers come and leave, and tells what that costs beside and afterwards. */
async function attack(attacked: Attacked, paths: (round: number) => readonly string[]) {
  const { server, data } = attacked;
  const health = watchHealth(server.url);
  for (let round = 0; round < rounds; round++) {
    const readers = paths(round).map((path) => reader(server.url + path));
    await setTimeout(stay);
    for (const leave of readers) leave();
  }
  const p99 = await health();
  const before = await processorSeconds(attacked);
  await setTimeout(watched);
  const seconds = (await processorSeconds(attacked)) - before;
  return { p99, seconds, gits: await leftOver(() => gitsOf(data)) };
}

/** What else the machine does may hold up one attack, and hardly both. */
async function attackAgainIfHeldUp(
  t: ExecutionContext,
  attacked: Attacked,
  paths: (round: number) => readonly string[],
): Promise<void> {
  let { p99, seconds, gits } = await attack(attacked, paths);
  if (seconds >= mostSeconds || p99 >= mostHealth) {
    t.deepEqual(gits, []);
    ({ p99, seconds, gits } = await attack(attacked, (round) => paths(rounds + round)));
  }
  t.log(
    `/healthz p99 ${p99.toFixed(0)} ms; ${seconds.toFixed(1)} s of the processor in the ${watched / 1000} s after all had left`,
  );
  t.deepEqual(gits, []);
  t.true(seconds < mostSeconds, `${seconds} s`);
  t.true(p99 < mostHealth, `${p99} ms`);
}

interface Attack {
  readonly title: string;
  readonly history: Pick<
    Parameters<typeof writeLargeHistory>[1],
    'commits' | 'subject' | 'committed'
  >;
  readonly path: (number: number) => string;
}

const attacks: readonly Attack[] = [
  {
    title: 'searches by first parents in 300,000 commits',
    history: {
      commits: 300_000,
      subject: "'Change ' || number",
      committed: '1500000000 + number * 60',
    },
    path: (number) => `/api/v1/projects/p/commits?first_parent=true&q=zzz${number}`,
  },
  {
    title: 'counts of a million commits of one second',
    history: { commits: 1_000_000, subject: "''", committed: '1700000000' },
    path: (number) => `/api/v1/projects/p/stats?by=day&from=${number}`,
  },
  {
    title: 'searches for a long text in 20,000 subjects that begin like it',
    history: {
      commits: 20_000,
      subject: "replace(hex(zeroblob(999)), '00', 'a')",
      committed: '1700000000 + number',
    },
    path: (number) => `/list/p?q=${'a'.repeat(190)}b${number}`,
  },
];

for (const { title, history, path } of attacks) {
  test.serial(`readers that have left cost nothing, and hold up nobody: ${title}`, async (t) => {
    t.timeout(300_000);
    const data = await temporaryDirectory(t);
    const url = 'https://example.org/p.git';
    await writeLargeHistory(join(data, 'gitmon.db'), { name: 'p', url, ...history });
    const { server } = await startedForLong(t, { DATA_DIR: data, LOG_LEVEL: 'error' });
    t.is((await fetch(`${server.url}/list/p`)).status, 200);
    await attackAgainIfHeldUp(t, { server, data }, (round) =>
      Array.from({ length: 40 }, (_, index) => path(round * 40 + index)),
    );
  });
}

test.serial(
  'readers that have left cost nothing, and hold up nobody: 40 commits with a trailer of two million lines',
  async (t) => {
    t.timeout(300_000);
    const { server, data, remote, repository } = await startedForLong(t, { LOG_LEVEL: 'error' });
    const shas: string[] = [];
    for (let number = 0; number < 40; number++) {
      const message = `s ${number}\n\nA: b\n${' c\n'.repeat(2_000_000)}`;
      shas.push(await repository.commit({ message, parents: shas.slice(-1) }));
    }
    await repository.branch('main', shas.at(-1) ?? '');
    t.is((await add(server, 'f', `${remote.origin}/x.git`)).status, 200);
    await attackAgainIfHeldUp(t, { server, data }, () =>
      shas.map((sha) => `/api/v1/projects/f/commits/${sha}`),
    );
    t.is((await fetch(`${server.url}/commit/f/${shas[0]}`)).status, 200);
  },
);
