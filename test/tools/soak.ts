// Works a server for long, and says whether it takes more and more of anything: `npm run soak -- --minutes 60`. Ctrl-C
// ends it early and prints what there is.
import { readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { Command } from 'commander';
import { execa } from 'execa';
import { startGitServer } from '../kit/git-server.ts';
import { processesWith } from '../kit/processes.ts';
import { startProgram } from '../kit/program.ts';
import { random } from '../kit/random.ts';
import { createRepository } from '../kit/repository.ts';
import { courseOf, type Sample } from './slope.ts';

const options = new Command('soak')
  .option('--minutes <n>', 'for how long', Number, 60)
  .option('--repositories <n>', 'how many', Number, 200)
  .option('--seed <n>', 'does again what was done with this number', Number, Date.now() % 1e9)
  .parse()
  .opts<{ readonly minutes: number; readonly repositories: number; readonly seed: number }>();

/** What is measured, in which unit, and what rise counts for nothing however small the value is. */
const measures = {
  memory: { unit: 'MB', floor: 15 },
  descriptors: { unit: '', floor: 10 },
  processes: { unit: '', floor: 3 },
  disk: { unit: 'MB', floor: 5 },
  series: { unit: '', floor: 30 },
} as const;
type Measure = keyof typeof measures;
const names = ['memory', 'descriptors', 'processes', 'disk', 'series'] as const;

const over = new AbortController();
// Not once: another listener of a library, left alone, would end this process.
process.on('SIGINT', () => over.abort());
const chance = random(options.seed);
const directory = await mkdtemp(join(tmpdir(), 'gitmon-soak-'));
const data = join(directory, 'data');
const remote = await startGitServer(directory);
console.log(`seed ${options.seed}; making ${options.repositories} repositories`);

const repositories = await Promise.all(
  Array.from({ length: options.repositories }, async (_, index) => {
    const name = `r${index}`;
    const repository = await createRepository(join(directory, `${name}.git`));
    const first = await repository.linear(20 + chance.below(40));
    return { ...repository, name, first, tip: first };
  }),
);
const server = await startProgram(
  {
    DATA_DIR: data,
    REFRESH_MIN_SECONDS: '20',
    // Each push leaves ready answers of an old tip behind, which would fill a larger cache for hours.
    CACHE_MAX_BYTES: '4000000',
    LOG_LEVEL: 'error',
  },
  { timeout: 2 ** 31 - 1 },
);

const done = new Map<string, number>();
const samples: Readonly<Record<Measure, Sample[]>> = {
  memory: [],
  descriptors: [],
  processes: [],
  disk: [],
  series: [],
};
for (const one of repositories) await addOne(one);
const begin = performance.now();
const ended = AbortSignal.any([over.signal, AbortSignal.timeout(options.minutes * 60_000)]);
try {
  await Promise.all([work(), work(), measure()]);
} finally {
  await server.stop();
  await remote.close();
  await rm(directory, { recursive: true, maxRetries: 5 });
}
report();

/** One client: reads mostly, adds and pushes now and then, and deletes so rarely that histories grow a little. */
async function work(): Promise<void> {
  while (!ended.aborted) {
    const one = chance.pick(repositories);
    const kind = chance.below(100);
    const act = kind < 70 ? read : kind < 85 ? push : kind < 97 ? addOne : remove;
    const outcome = await act(one).catch((error: unknown) => String(error));
    const what = `${act.name} ${outcome}`;
    if (!ended.aborted) done.set(what, (done.get(what) ?? 0) + 1);
    await setTimeout(chance.below(60));
  }
}

type One = (typeof repositories)[number];

async function read({ name }: One): Promise<number> {
  const paths = ['json/', 'list/', 'api/v1/projects/', 'feed/'];
  const path = chance.pick(paths);
  const answer = await fetch(`${server.url}/${path}${name}${path === 'feed/' ? '.atom' : ''}`);
  await answer.arrayBuffer();
  return answer.status;
}

async function push(one: One): Promise<string> {
  one.tip = await one.commit({ parents: [one.tip] });
  await one.branch('main', one.tip);
  return 'done';
}

async function addOne({ name }: One): Promise<number> {
  const body = `${remote.origin}/${name}.git`;
  const answer = await fetch(`${server.url}/add/${name}`, { method: 'POST', body });
  await answer.arrayBuffer();
  return answer.status;
}

/** Its history begins anew too, so that all of them together stay as long as they are. */
async function remove(one: One): Promise<number> {
  const answer = await fetch(`${server.url}/api/v1/projects/${one.name}`, { method: 'DELETE' });
  one.tip = one.first;
  await one.branch('main', one.first);
  return answer.status;
}

async function measure(): Promise<void> {
  while (!ended.aborted) {
    const metrics = await (await fetch(`${server.url}/metrics`)).text();
    const status = readFileSync(`/proc/${server.pid}/status`, 'utf8');
    const now: Readonly<Record<Measure, number>> = {
      memory: Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1]) / 1000,
      descriptors: readdirSync(`/proc/${server.pid}/fd`).length,
      processes: (await processesWith(`GIT_MONITORING_SERVER=${data}`)).length,
      disk: (await bytesBelow(data)) / 1e6,
      series: metrics.split('\n').filter((line) => /^[a-z]/.test(line)).length,
    };
    const at = (performance.now() - begin) / 1000;
    for (const name of names) samples[name].push({ at, value: now[name] });
    await setTimeout(5000, undefined, { signal: ended }).catch(() => {});
  }
}

/** By a program that does not mind what is removed meanwhile. */
async function bytesBelow(path: string): Promise<number> {
  const { stdout } = await execa('du', ['--summarize', '--bytes', path], { reject: false });
  return Number.parseInt(stdout);
}

/** Says how each value went; the exit code is 1 where one of them rises. */
function report(): void {
  const seconds = (performance.now() - begin) / 1000;
  console.log(
    `\n${Math.round(seconds)} s, ${samples.memory.length} looks, of which the first third does not count`,
  );
  const counts = [...done].map(([what, times]) => `  ${what}: ${times}`);
  console.log(counts.toSorted().join('\n'));
  for (const name of names) {
    const course = courseOf(samples[name]);
    if (course === undefined) continue;
    const { mean, perHour, rise } = course;
    const { unit, floor } = measures[name];
    const isFlat = rise <= Math.max(floor, mean / 10);
    if (!isFlat) process.exitCode = 1;
    const slope = `${perHour >= 0 ? '+' : ''}${perHour.toFixed(1)} ${unit} an hour`;
    console.log(`${name}: ${mean.toFixed(1)} ${unit}, ${slope}: ${isFlat ? 'flat' : 'RISES'}`);
  }
}
