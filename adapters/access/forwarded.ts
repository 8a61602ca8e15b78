import { isIP } from 'node:net';
import { memoize } from '../../domain/index.ts';
import { clientOf, inNetworks, plainAddress } from '../net/networks.ts';

/** What a request says of where it comes from, headers by names in lower case. */
export interface Arrival {
  readonly address: string;
  readonly forwardedFor: string | undefined;
}

export interface From {
  readonly address: string;
  /** Whether a trusted proxy brings it. */
  readonly isForwarded: boolean;
  /** The address, or of an IPv6 address its /64. */
  readonly source: string;
}

/**
 * Whose request it is: the last address that no trusted proxy has, read from the connection backwards through
 * X-Forwarded-For. What stands before it anybody could have written.
 * @param trusted networks of proxies that add to the header
 */
export function readForwarded(trusted: readonly string[]): (arrival: Arrival) => From {
  const isTrusted = inNetworks(trusted);
  const isTrustedPeer = memoize(isTrusted);
  return ({ address, forwardedFor }) => {
    const isForwarded = isTrustedPeer(address);
    let client = plainAddress(address);
    if (forwardedFor === undefined)
      return { address: client, isForwarded, source: clientOf(client) };
    for (const hop of forwardedFor.split(',').map(withoutPort).toReversed()) {
      if (!isTrusted(client) || isIP(hop) === 0) break;
      client = plainAddress(hop);
    }
    return { address: client, isForwarded, source: clientOf(client) };
  };
}

/** `192.0.2.1:1234` and `[2001:db8::1]:1234`, as some proxies write them, without the port; anything else as it is. */
function withoutPort(hop: string): string {
  const text = hop.trim();
  const [, v4, v6] =
    /^(?:(\d[\d.]*):\d{1,5}|\[([\da-f:.]*:[\da-f:.]*)\](?::\d{1,5})?)$/i.exec(text) ?? [];
  return v4 ?? v6 ?? text;
}
