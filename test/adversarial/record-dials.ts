// To be imported by a process before all else, `record-dials.ts?file=FILE`: writes each address that the process tries to
// connect to into the file, a line each, and lets no connection be made. Names resolve as test/adversarial/hostile.jsonl says.
import dns from 'node:dns';
import { appendFileSync } from 'node:fs';
import { isIP, isIPv6, Socket } from 'node:net';
import { hostileEntries, type Hostile } from '../kit/hostile.ts';

const file = new URL(import.meta.url).searchParams.get('file') ?? '';
const dialled = (address: string) => appendFileSync(file, `${address}\n`);

function recordingConnect(this: Socket, ...args: readonly unknown[]): Socket {
  const [first] = args;
  const { host, lookup } = target(Array.isArray(first) ? first[0] : first);
  const fail = () => void this.destroy(new Error('no packet leaves this machine'));
  if (isIP(host) !== 0 || typeof lookup !== 'function') {
    dialled(host);
    process.nextTick(fail);
    return this;
  }
  // What a name resolves to is dialled as net.connect would: the first of them.
  Reflect.apply(lookup, undefined, [
    host,
    { all: false },
    (error: Error | null, address: string) => {
      if (error === null) dialled(address);
      this.destroy(error ?? new Error('no packet leaves this machine'));
    },
  ]);
  return this;
}

function target(options: unknown) {
  const given = typeof options === 'object' && options !== null ? options : {};
  const host: unknown = Reflect.get(given, 'host');
  const lookup: unknown = Reflect.get(given, 'lookup');
  return { host: typeof host === 'string' ? host : '', lookup };
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

const entries = await hostileEntries();
const names = Object.fromEntries(entries.flatMap(({ resolve }) => Object.entries(resolve ?? {})));
Reflect.set(Socket.prototype, 'connect', recordingConnect);
Reflect.set(dns.promises, 'lookup', recordingLookup(names));
