import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import { clientOf, plainAddress } from '../net/networks.ts';

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
      // It reckons by the system's clock, which may have been set back.
      return Math.min(60, Math.max(1, Math.ceil(refusal.msBeforeNext / 1000)));
    }
  };
}
