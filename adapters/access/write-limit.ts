import { isIPv6 } from 'node:net';
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import { plainAddress } from './networks.ts';

/** How many clients are told apart in a minute; what is beyond them shares one allowance, and no more memory. */
const mostClients = 10_000;

const minute = 60_000;

/**
 * Counts the writes of each client, an IPv4 address or an IPv6 /64, which is what one customer is given.
 * @param isExempt whose writes are not counted
 * @returns a function that gives the seconds until the client may write again; undefined where it may now
 */
export function limitWrites(
  perMinute: number,
  isExempt: (address: string) => boolean,
): (address: string) => Promise<number | undefined> {
  const limiter = new RateLimiterMemory({ points: perMinute, duration: minute / 1000 });
  const known = new Set<string>();
  let since = performance.now();
  const share = (client: string) => {
    if (performance.now() - since > minute) {
      known.clear();
      since = performance.now();
    }
    if (known.size < mostClients) known.add(client);
    return known.has(client) ? client : 'others';
  };
  return async (address) => {
    if (isExempt(address)) return undefined;
    try {
      await limiter.consume(share(clientOf(plainAddress(address))));
      return undefined;
    } catch (refusal) {
      if (!(refusal instanceof RateLimiterRes)) throw refusal;
      return Math.max(1, Math.ceil(refusal.msBeforeNext / 1000));
    }
  };
}

/** The first four groups of an IPv6 address, whichever way it is written, or the IPv4 address. */
function clientOf(address: string): string {
  if (!isIPv6(address)) return address;
  const { hostname } = new URL(`http://[${address.replace(/%.*$/, '')}]`);
  const [head = '', tail] = hostname.slice(1, -1).split('::');
  const before = head.split(':').filter((group) => group !== '');
  const after = (tail ?? '').split(':').filter((group) => group !== '');
  const zeros = Array.from({ length: 8 - before.length - after.length }, () => '0');
  return [...before, ...(tail === undefined ? [] : zeros), ...after].slice(0, 4).join(':');
}
