import { mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { everyFile } from '../kit/every-file.ts';
import { startHostileRemote } from './hostile-remote.ts';
import { wrongWith } from './hostile-run.ts';
import { hostileEntries, type Hostile } from '../kit/hostile.ts';
import { gitsOf, leftOver, processesWithArgument } from '../kit/processes.ts';
import { startProgram } from '../kit/program.ts';
import { countingGit } from '../kit/git-fixture.ts';
import { temporaryDirectory } from '../kit/temporary-directory.ts';

const entries = await hostileEntries();

/**
 * Tests that hostile input gets the answers it must over a store, and that none of it leads anywhere.
 * @param share how much of the input is sent, 0 to 1
 */
export function testHostileInput(STORE_URL: '' | 'memory:', share = 1): void {
  const store = STORE_URL === '' ? 'sqlite:' : STORE_URL;
  const picked = entries.filter(
    (_, index) => Math.floor(index * share) < Math.floor((index + 1) * share),
  );
  const local = picked.filter(({ policy }) => policy === undefined);
  const external = picked.filter(({ policy, dial }) => policy !== undefined && dial === undefined);

  test.serial(`hostile input gets the answers it must, over ${store}`, async (t) => {
    t.timeout(600_000);
    await attack(t, local, { STORE_URL });
  });

  test.serial(
    `where not every address is allowed, no redirect leads to another, over ${store}`,
    async (t) => {
      t.timeout(600_000);
      const env = { STORE_URL, HOST: '0.0.0.0', ALLOWED_NETWORKS: '127.0.0.1/32' };
      const { second } = await attack(t, external, env);
      t.is(second, 0);
    },
  );
}

/** Sends every entry to a program of its own, looks at all that it leaves behind, and counts what the remote saw. */
async function attack(
  t: ExecutionContext,
  sent: readonly Hostile[],
  env: Readonly<Record<string, string>>,
) {
  const [root, data, tmp, canary] = [
    await temporaryDirectory(t),
    join(await temporaryDirectory(t), 'data'),
    await temporaryDirectory(t),
    await temporaryDirectory(t),
  ];
  // Its traces hold the arguments of every process, also of those that have ended since.
  const { bin, traces } = await countingGit(await temporaryDirectory(t));
  const remote = await startHostileRemote(root);
  t.teardown(() => remote.close());
  const settings = {
    PATH: bin,
    TMPDIR: tmp,
    DATA_DIR: data,
    FETCH_TIMEOUT_SECONDS: '20',
    // So that no refresh falls into the time in which requests are counted.
    REFRESH_MIN_SECONDS: '28800',
    ...env,
  };
  const server = await startProgram(settings, { timeout: 600_000 });
  t.teardown(() => server.stop('SIGKILL'));
  const { port } = new URL(server.url);
  const good = `http://127.0.0.1:${remote.port}/good.git`;
  const places = {
    F: `http://127.0.0.1:${remote.port}`,
    FH: `127.0.0.1:${remote.port}`,
    FP: String(remote.port),
    P2: String(remote.secondPort),
    H: `127.0.0.1:${port}`,
    CANARY: canary,
    FCHUNK: `${good.length.toString(16)}\r\n${good}\r\n`,
  };
  const url = `http://127.0.0.1:${port}`;
  const body = places.F + '/good.git';
  t.is((await fetch(`${url}/add/hostile-good`, { method: 'POST', body })).status, 200);
  const target = { url, root, places };
  await mkdir(join(root, 'commits'));

  const wrong: string[] = [];
  const counted = sent.filter(({ expect }) => expect.max_requests !== undefined);
  const rest = sent.filter((entry) => !counted.includes(entry));
  const turns = rest.values();
  const work = async () => {
    for (const entry of turns) {
      wrong.push(
        ...(await wrongWith(t, entry, target).catch((error: unknown) => [
          `${entry.id}: ${String(error)}`,
        ])),
      );
    }
  };
  await Promise.all(Array.from({ length: 12 }, work));
  for (const entry of counted) {
    const before = remote.seen.requests;
    wrong.push(...(await wrongWith(t, entry, target)));
    const count = remote.seen.requests - before;
    if (count > (entry.expect.max_requests ?? 0)) wrong.push(`${entry.id}: ${count} requests`);
  }

  const health = await fetch(`${url}/healthz`);
  t.is(health.status, 200);
  const sinks = {
    metrics: await (await fetch(`${url}/metrics`)).text(),
    page: await (await fetch(url)).text(),
    disk: await everyFile(data),
    log: server.log(),
    'arguments of git': await everyFile(traces),
  };
  t.true(/"argv":\["git",/.test(sinks['arguments of git']));
  for (const { id, scan, expect } of sent) {
    if (scan === undefined) continue;
    for (const secret of expect.not_contains) {
      const forms = [
        secret,
        Buffer.from(secret).toString('base64').slice(0, -4),
        Buffer.from(secret).toString('hex'),
      ];
      for (const [sink, text] of Object.entries(sinks)) {
        if (forms.some((form) => text.includes(form))) wrong.push(`${id}: ${secret} in ${sink}`);
      }
      if ((await processesWithArgument(secret)).length > 0) wrong.push(`${id}: ${secret} in ps`);
    }
  }
  for (const line of server.log().trim().split('\n'))
    t.notThrows(() => void JSON.parse(line), line);
  t.deepEqual(wrong, []);
  t.deepEqual(await readdir(canary), []);
  t.deepEqual(await leftOver(() => gitsOf(data)), []);
  return { second: remote.seen.second };
}
