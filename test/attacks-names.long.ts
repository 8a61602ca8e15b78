/** Names whose servers never answer, resolved by the system itself in a mount namespace with a resolv.conf of its own. */
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { execa } from 'execa';
import { findProgram } from '../adapters/git/check-git.ts';
import { startGitServer } from './helpers/git-server.ts';
import { endAll } from './helpers/processes.ts';
import { built } from './helpers/program.ts';
import { createRepository } from './helpers/repository.ts';
import { add } from './helpers/started.ts';
import { temporaryDirectory } from './helpers/temporary-directory.ts';

const path = process.env['PATH'] ?? '';
const address = '127.53.0.53';

/** A name server on port 53 that knows `good….test` as 127.0.0.1 and says nothing of any other name; counts what it is asked. */
async function startNameServer(t: ExecutionContext): Promise<{ asked: () => ReadonlySet<string> }> {
  const asked = new Set<string>();
  const socket = createSocket('udp4');
  socket.on('message', (query, { port, address: from }) => {
    // https://www.rfc-editor.org/rfc/rfc1035#section-4: a header of 12 bytes, labels with their lengths, type and class.
    const end = query.indexOf(0, 12);
    const host = query.subarray(13, 13 + (query[12] ?? 0)).toString();
    asked.add(host);
    if (!host.startsWith('good')) return;
    const isAddress = query.readUInt16BE(end + 1) === 1;
    const header = Buffer.concat([
      query.subarray(0, 2),
      Buffer.from('818000010000000000000000', 'hex'),
    ]);
    const answered = Buffer.concat([header.subarray(0, 12), query.subarray(12, end + 5)]);
    answered.writeUInt16BE(isAddress ? 1 : 0, 6);
    const record = Buffer.from('c00c000100010000000100047f000001', 'hex');
    socket.send(isAddress ? Buffer.concat([answered, record]) : answered, port, from);
  });
  socket.bind(53, address);
  await once(socket, 'listening');
  t.teardown(() => void socket.close());
  return { asked: () => asked };
}

test('names whose servers never answer hold up no other name', async (t) => {
  if (process.getuid?.() !== 0 || findProgram('unshare', path) === undefined) {
    t.log(`left out: "${t.title}", for want of root or unshare`);
    t.pass();
    return;
  }
  const root = await temporaryDirectory(t);
  const remote = await startGitServer(root);
  t.teardown(() => remote.close());
  await (await createRepository(join(root, 'x.git'))).linear(3);
  const { asked } = await startNameServer(t);
  const resolvConf = join(root, 'resolv.conf');
  await writeFile(resolvConf, `nameserver ${address}\n`);

  const line = 'mount --bind "$1" /etc/resolv.conf && exec "$2" "$3" serve';
  const words = ['--mount', 'sh', '-c', line, 'sh', resolvConf, process.execPath, built];
  const data = join(root, 'data');
  const env = { PATH: path, PORT: '0', DATA_DIR: data, TMPDIR: root, LOG_LEVEL: 'error' };
  const running = execa('unshare', words, {
    env,
    extendEnv: false,
    reject: false,
    timeout: 240_000,
  });
  t.teardown(async () => {
    running.kill();
    await running;
    await endAll(`GIT_MONITORING_SERVER=${data}`);
  });
  let said = '';
  running.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
  while (!said.includes('Listening on ')) await once(running.stderr, 'data');
  const [, url = ''] = /Listening on (\S+)/.exec(said) ?? [];
  const { port } = new URL(remote.origin);
  const addOf = (name: string, host: string) =>
    add({ url }, name, `http://${host}.test:${port}/x.git`);

  const slow = Array.from({ length: 16 }, (_, index) => addOf(`slow${index}`, `slow${index}`));
  // By then all of them wait for an answer, or for those that do.
  while (asked().size === 0) await new Promise(setImmediate);
  const good = await addOf('good', 'good');
  t.is(good.status, 200, await good.text());
  t.true([...asked()].filter((host) => host.startsWith('slow')).length > 2);
  for (const answer of await Promise.all(slow)) {
    t.is(answer.status, 500);
    t.regex(await answer.text(), /\/problems\/dns/);
  }
});
