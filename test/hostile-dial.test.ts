import dns from 'node:dns';
import { isIP, isIPv6, Socket } from 'node:net';
import { join } from 'node:path';
import test from 'ava';
import { createServer } from '../main.ts';
import { wrongWith } from './helpers/hostile-run.ts';
import { hostileEntries, type Hostile } from './helpers/hostile.ts';
import { temporaryDirectory } from './helpers/temporary-directory.ts';

const entries = (await hostileEntries()).filter(({ dial }) => dial === 'never');

/** The addresses that the server tried to connect to; no connection was made. */
const dialled: string[] = [];

const connect = Socket.prototype.connect;

/** Connects this process's own clients to its server, and records and fails everything else. */
function recordingConnect(this: Socket, ...args: readonly unknown[]): Socket {
  const [first] = args;
  const options: unknown = Array.isArray(first) ? first[0] : first;
  const { host, port, path, lookup } = target(options);
  if (path || own.has(port)) {
    Reflect.apply(connect, this, args);
    return this;
  }
  const fail = () => void this.destroy(new Error('no packet leaves this machine'));
  if (isIP(host) !== 0 || typeof lookup !== 'function') {
    dialled.push(host);
    process.nextTick(fail);
    return this;
  }
  // What a name resolves to is dialled as net.connect would: the first of them.
  Reflect.apply(lookup, undefined, [
    host,
    { all: false },
    (error: Error | null, address: string) => {
      if (error === null) dialled.push(address);
      this.destroy(error ?? new Error('no packet leaves this machine'));
    },
  ]);
  return this;
}

/** The port that the test's own client connects to. */
const own = new Set<number>();

function target(options: unknown) {
  const given = typeof options === 'object' && options !== null ? options : {};
  const read = (name: string): unknown => Reflect.get(given, name);
  const host = read('host');
  return {
    host: typeof host === 'string' ? host : '',
    port: Number(typeof options === 'object' ? read('port') : options),
    path: Boolean(read('path')),
    lookup: read('lookup'),
  };
}

/** How often each name was looked up. */
const asked = new Map<string, number>();

function recordingLookup(names: NonNullable<Hostile['resolve']>) {
  return async (host: string) => {
    const known = names[host.replace(/\.$/, '')] ?? [];
    const turn = asked.get(host) ?? 0;
    asked.set(host, turn + 1);
    const lists = known.every((each) => typeof each === 'string') ? [known] : known;
    const found = lists[Math.min(turn, lists.length - 1)] ?? [];
    const addresses = typeof found === 'string' ? [found] : found.flat();
    if (addresses.length === 0) throw Object.assign(new Error('ENOTFOUND'), { code: 'ENOTFOUND' });
    return addresses.map((address) => ({ address, family: isIPv6(address) ? 6 : 4 }));
  };
}

test('no address that is not public is ever dialled, however it is written or resolved', async (t) => {
  t.timeout(120_000);
  const names = Object.fromEntries(entries.flatMap(({ resolve }) => Object.entries(resolve ?? {})));
  Reflect.set(Socket.prototype, 'connect', recordingConnect);
  Reflect.set(dns.promises, 'lookup', recordingLookup(names));
  const server = await createServer({
    PATH: process.env['PATH'],
    PORT: '0',
    HOST: '0.0.0.0',
    STORE_URL: 'memory:',
    LOG_LEVEL: 'silent',
    FETCH_TIMEOUT_SECONDS: '10',
    TMPDIR: await temporaryDirectory(t),
  });
  t.teardown(() => server.stop(AbortSignal.abort()));
  const { port } = new URL(await server.start());
  own.add(Number(port));
  const root = join(await temporaryDirectory(t), 'nothing');
  const places = { H: `127.0.0.1:${port}`, F: 'http://127.0.0.1:1', FH: '127.0.0.1:1', FP: '1' };
  const wrong: string[] = [];
  for (const entry of entries) {
    dialled.length = 0;
    wrong.push(...(await wrongWith(t, entry, { url: `http://127.0.0.1:${port}`, root, places })));
    const { dialled: wanted = [], not_dialled: forbidden = [] } = entry.expect;
    for (const address of forbidden) {
      const isDialled = address === '*' ? dialled.length > 0 : dialled.includes(address);
      if (isDialled) wrong.push(`${entry.id}: dialled ${dialled.join(' ')}`);
    }
    for (const address of wanted) {
      if (!dialled.includes(address)) wrong.push(`${entry.id}: did not dial ${address}`);
    }
  }
  t.deepEqual(wrong, []);
  t.true(entries.length > 50);
});
