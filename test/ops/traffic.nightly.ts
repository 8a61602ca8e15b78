import { once } from 'node:events';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { execa } from 'execa';
import { randomOperations } from '../../ops/traffic/operations.ts';
import { summarize } from '../../ops/traffic/summary.ts';
import { startGitRemote } from '../kit/git-remote.ts';
import { startProgram } from '../kit/program.ts';
import { createRepository } from '../kit/repository.ts';
import { temporaryDirectory } from '../kit/temporary-directory.ts';

const file = join(import.meta.dirname, '../../ops/traffic.ts');
const traffic = (...args: readonly string[]) =>
  execa(process.execPath, [file, ...args], { reject: false, timeout: 60_000 });

async function startServer(t: ExecutionContext) {
  const { root, server: remote } = await startGitRemote(t);
  await (await createRepository(join(root, 'x.git'))).linear(3);
  const server = await startProgram({ DATA_DIR: await temporaryDirectory(t) });
  t.teardown(() => server.stop('SIGKILL'));
  return [`--server=${server.url}/`, `--repository=x=${remote.origin}/x.git`];
}

test('traffic prints each request and what came of all of them, and a seed repeats it', async (t) => {
  const flags = [...(await startServer(t)), '--seed=7', '--wait=0-0'];
  const { stdout, exitCode } = await traffic('30', ...flags);
  t.is(exitCode, 0);
  const [, ...lines] = stdout.split('\n');
  const requests = lines.slice(0, 30).map((line) => line.replace(/ in \d+ ms$/, ''));
  for (const line of requests) {
    t.regex(line, /^\d+\/30 (?:POST \/add|GET \/(?:list|json))\/x: (?:200|404)$/);
  }
  t.regex(stdout, /^\/add +\d+ +\d+ ms +\d+ ms +200 x \d+$/m);
  t.regex(stdout, /^all +30 +\d+ ms +\d+ ms +200 x \d+/m);
  const again = (await traffic('30', ...flags)).stdout.split('\n').slice(1, 31);
  t.deepEqual(
    again.map((line) => line.replace(/: .*/, '')),
    requests.map((line) => line.replace(/: .*/, '')),
  );
});

test('traffic that is interrupted says what it did so far', async (t) => {
  const running = traffic('30', ...(await startServer(t)), '--seed=1', '--wait=60-60');
  let said = '';
  running.stdout.on('data', (chunk: Buffer) => {
    said += chunk.toString();
  });
  while (!said.includes('waiting 60 s')) await once(running.stdout, 'data');
  running.kill('SIGINT');
  const { stdout, exitCode } = await running;
  t.is(exitCode, 130);
  t.regex(stdout, /^all +1 +\d+ ms/m);
});

test('a server that does not answer is counted, and wrong flags are refused', async (t) => {
  const { stdout } = await traffic('2', '--server=http://127.0.0.1:1', '--wait=0-0');
  t.regex(stdout, /^all +2 .* no answer x 2$/m);
  for (const args of [['x'], ['1', '--wait=9-1'], ['1', '--repository=x'], ['1', '--server=x']]) {
    const { exitCode, stderr } = await traffic(...args);
    t.is(exitCode, 1, args.join(' '));
    t.regex(stderr, /Expected/);
  }
});

test('random operations use every route and repository, and wait within the range', (t) => {
  const repositories = ['a', 'b', 'c'].map((name) => ({
    name,
    url: `https://example.com/${name}`,
  }));
  const operations = [...randomOperations({ count: 300, seed: 1, repositories, wait: [1, 60] })];
  t.is(operations.length, 300);
  t.is(new Set(operations.map(({ route, repository }) => route + repository.name)).size, 9);
  const waits = operations.map(({ waitSeconds }) => waitSeconds);
  t.true(Math.min(...waits) >= 1 && Math.max(...waits) <= 60);
  t.true(new Set(waits).size > 100);
});

test('a summary has percentiles that were measured, and a dash where nothing was', (t) => {
  const outcomes = Array.from({ length: 20 }, (_, index) => ({
    route: '/list',
    status: index === 0 ? '404' : '200',
    milliseconds: index + 1,
  }));
  t.is(
    summarize(outcomes),
    [
      'operation  count    p50    p95  statuses',
      '/list         20  10 ms  19 ms  200 x 19, 404 x 1',
      'all           20  10 ms  19 ms  200 x 19, 404 x 1',
    ].join('\n'),
  );
  t.regex(summarize([]), /^all +0 +- +-$/m);
});
