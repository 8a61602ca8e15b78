import dns, { type LookupAddress } from 'node:dns';
import type { AddressPolicy } from './address-policy.ts';

/** Every address of a host name; a rejection where it has none. */
export type Resolve = (host: string) => Promise<readonly LookupAddress[]>;

/**
 * A `dns.lookup` that gives the addresses of a name only where the policy allows every one of them, for one bad
 * address among good ones is how a name gets past a check. What it gives is what is connected to: nobody asks again.
 */
export function checkedLookup(
  resolve: Resolve,
  policy: AddressPolicy,
  onRefused: () => void,
): typeof dns.lookup {
  const find = async (host: string, all: boolean): Promise<readonly unknown[]> => {
    try {
      const found = await resolve(host);
      const [first] = found;
      if (first === undefined) throw new Error(`${host} has no address`);
      if (!found.every(({ address }) => policy(address))) {
        onRefused();
        throw new Error(`${host} has an address that is not allowed`);
      }
      return all ? [null, found] : [null, first.address, first.family];
    } catch (error) {
      return [error];
    }
  };
  const answer = async (host: string, options: unknown, callback: unknown): Promise<void> => {
    const found = await find(host, wantsAll(options));
    if (typeof callback === 'function') Reflect.apply(callback, undefined, found);
  };
  // The type of dns.lookup has five ways to call it; net.connect uses one, (host, options, callback).
  const lookup = (host: string, ...[options, callback]: readonly unknown[]): void => {
    void answer(host, options, callback);
  };
  return Object.assign(lookup, { __promisify__: dns.promises.lookup });
}

/** Whether all addresses are asked for, to try one after the other, as is Node's default. */
function wantsAll(options: unknown): boolean {
  return (
    typeof options === 'object' && options !== null && 'all' in options && options.all === true
  );
}
