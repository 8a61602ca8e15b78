import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { execa } from 'execa';
import { startGitRemote } from '../kit/git-remote.ts';
import { endAll } from '../kit/processes.ts';
import { built } from '../kit/program.ts';
import { createRepository } from '../kit/repository.ts';
import { add } from '../kit/running-server.ts';
import { temporaryDirectory } from '../kit/temporary-directory.ts';

/** Takes questions on an address of loopback and answers none; on its port 53 it needs root. */
async function silentNameserver(t: ExecutionContext) {
  const names = new Set<string>();
  const socket = createSocket('udp4');
  // A name follows a header of 12 bytes; behind it are the type and class of the question.
  socket.on('message', (question) =>
    names.add(question.toString('latin1', 12, question.length - 4)),
  );
  const address = `127.77.${(process.pid >> 8) % 256}.${process.pid % 256}`;
  socket.bind(53, address);
  await once(socket, 'listening');
  t.teardown(() => socket.close());
  const asked = async (count: number) => {
    while (names.size < count)
      await once(socket, 'message', { signal: AbortSignal.timeout(60_000) });
  };
  return { address, asked };
}

/** Starts the server where another file takes the place of /etc/resolv.conf, for it alone. */
async function startWithNameserver(t: ExecutionContext, address: string) {
  const directory = await temporaryDirectory(t);
  const data = join(directory, 'data');
  const file = join(directory, 'resolv.conf');
  await writeFile(file, `nameserver ${address}\n`);
  const line = 'mount --bind "$0" /etc/resolv.conf && exec "$@"';
  const server = [process.execPath, built, 'serve'];
  const [program, ...args] = ['unshare', '--mount', 'sh', '-c', line, file, ...server] as const;
  const running = execa(program, args, {
    extendEnv: false,
    env: {
      PATH: process.env['PATH'] ?? '',
      PORT: '0',
      DATA_DIR: data,
      TMPDIR: directory,
      // So that no lookup is over before all have begun, however busy the machine is.
      RES_OPTIONS: 'timeout:20 attempts:1',
      // One client has a quarter of them.
      FETCH_CONCURRENCY: '128',
    },
    reject: false,
    timeout: 240_000,
  });
  t.teardown(async () => {
    running.kill('SIGKILL');
    await running;
    await endAll(`GIT_MONITORING_SERVER=${data}`);
  });
  let said = '';
  running.stderr.on('data', (chunk: Buffer) => {
    said += chunk.toString();
  });
  for (;;) {
    const url = /^Listening on (\S+)$/m.exec(said)?.[1];
    if (url !== undefined) return { url };
    await once(running.stderr, 'data', { signal: AbortSignal.timeout(60_000) });
  }
}

test('names whose nameserver is silent hold up no fetch from another host', async (t) => {
  if (process.getuid?.() !== 0) {
    t.log('left out: another nameserver, which only root can give a process');
    t.pass();
    return;
  }
  const { root, server: remote } = await startGitRemote(t);
  await (await createRepository(join(root, 'x.git'))).linear(3);
  const { address, asked } = await silentNameserver(t);
  const server = await startWithNameserver(t, address);
  const hosts = Array.from({ length: 20 }, (_, number) => `silent${number}.example`);
  let ended = 0;
  const silent = hosts.map(async (host, number) => {
    const answer = await add(server, `silent${number}`, `http://${host}/x.git`);
    ended++;
    return answer;
  });
  await asked(hosts.length);
  t.is(ended, 0);
  const url = `http://localhost:${new URL(remote.origin).port}/x.git`;
  const good = await add(server, 'good', url);
  t.is(good.status, 200, await good.text());
  for (const answer of await Promise.all(silent)) {
    t.is(answer.status, 500);
    t.regex(await answer.text(), /"outcome":"dns"/);
  }
});
