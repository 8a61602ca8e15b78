/**
 * Makes traffic, so that there is something to see on the dashboards: random operations on a few repositories, one after
 * the other, as people would. `npm run traffic -- 300`
 */
import { setTimeout } from 'node:timers/promises';
import { Command, InvalidArgumentError, Option } from 'commander';
import { randomOperations, type Operation, type Repository } from './traffic/operations.ts';
import { summarize, type Outcome } from './traffic/summary.ts';

interface Flags {
  readonly server: string;
  readonly repository: readonly Repository[];
  readonly wait: readonly [number, number];
  readonly seed: number;
}

const standard: readonly Repository[] = [
  { name: 'effective-bassoon', url: 'https://github.com/joaopccosta/effective-bassoon.git' },
  { name: 'Apollo-11', url: 'https://github.com/chrislgarry/Apollo-11.git' },
  { name: 'spark', url: 'https://github.com/apache/spark.git' },
];

/** Longer than the server works on any request, so that what is missed is the server's fault. */
const patience = 180_000;

async function main(count: number, flags: Flags): Promise<void> {
  const stop = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop.abort());
  console.log(`Performing ${count} operations on ${flags.server}, --seed ${flags.seed}`);
  const outcomes: Outcome[] = [];
  const { repository: repositories, seed, wait } = flags;
  for (const operation of randomOperations({ count, seed, repositories, wait })) {
    const outcome = await perform(operation, flags.server, stop.signal);
    if (stop.signal.aborted) break;
    outcomes.push(outcome);
    const { route, method, repository, waitSeconds } = operation;
    console.log(
      `${outcomes.length}/${count} ${method} ${route}/${repository.name}: ${outcome.status} in ${outcome.milliseconds.toFixed(0)} ms`,
    );
    if (outcomes.length === count || waitSeconds === 0) continue;
    console.log(`  waiting ${waitSeconds} s`);
    await setTimeout(waitSeconds * 1000, undefined, { signal: stop.signal }).catch(() => {});
    if (stop.signal.aborted) break;
  }
  console.log(`\n${summarize(outcomes)}`);
  // As shells count it: 128 and the number of SIGINT.
  if (stop.signal.aborted) process.exitCode = 130;
}

async function perform(
  { method, route, repository }: Operation,
  server: string,
  stopped: AbortSignal,
): Promise<Outcome> {
  const begin = performance.now();
  const status = await ask(`${server}${route}/${repository.name}`, {
    method,
    signal: AbortSignal.any([stopped, AbortSignal.timeout(patience)]),
    ...(method === 'POST' && { body: repository.url }),
  }).catch(() => 'no answer');
  return { route, status, milliseconds: performance.now() - begin };
}

/** The status of an answer, once all of it has come. */
async function ask(url: string, init: RequestInit): Promise<string> {
  const answer = await fetch(url, init);
  await answer.arrayBuffer();
  return String(answer.status);
}

function readWhole(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError('Expected a whole number.');
  return Number(text);
}

function readServer(text: string): string {
  if (!/^https?:\/\//.test(text) || !URL.canParse(text)) {
    throw new InvalidArgumentError('Expected an http or https url.');
  }
  return text.replace(/\/+$/, '');
}

function readWait(text: string): readonly [number, number] {
  const [, minimum = '', maximum = ''] =
    /^(\d{1,6}(?:\.\d+)?)-(\d{1,6}(?:\.\d+)?)$/.exec(text) ?? [];
  if (minimum === '' || Number(minimum) > Number(maximum)) {
    throw new InvalidArgumentError('Expected seconds, the shortest and the longest, such as 1-60.');
  }
  return [Number(minimum), Number(maximum)];
}

/** The first repository that is given takes the place of the three that are the standard. */
function readRepository(text: string, before: readonly Repository[]): readonly Repository[] {
  const [, name = '', url = ''] = /^([\w.-]+)=(https?:\/\/.+)$/.exec(text) ?? [];
  if (name === '') throw new InvalidArgumentError('Expected a name and a url, such as x=https://…');
  return [...(before === standard ? [] : before), { name, url }];
}

await new Command('traffic')
  .description('Makes random requests (add, list, json), and says how they went.')
  .argument('<n>', 'how many', readWhole)
  .option('--server <url>', 'where the server is', readServer, 'http://127.0.0.1:5000')
  .addOption(
    new Option('--repository <name=url>', 'on which repositories; may come again')
      .argParser(readRepository)
      .default(standard, standard.map(({ name }) => name).join(', ')),
  )
  .addOption(
    new Option('--wait <seconds>', 'how long to wait after each, at random')
      .argParser(readWait)
      .default([1, 60], '1-60'),
  )
  .addOption(
    new Option('--seed <n>', 'does again what was done with this number')
      .argParser(readWhole)
      .default(Date.now() % 1e9, 'another one each time'),
  )
  .showHelpAfterError()
  .action(main)
  .parseAsync();
