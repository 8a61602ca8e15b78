import { BlockList, isIP, isIPv6 } from 'node:net';
import { Address6 } from 'ip-address';

/** An IPv4 address that a connection over IPv6 shows as `::ffff:192.0.2.1`, or the address itself. */
export function plainAddress(address: string): string {
  return /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1] ?? address;
}

/** What one customer is given: the first four groups of an IPv6 address, whichever way it is written, or the IPv4 address. */
export function clientOf(address: string): string {
  if (!address.includes(':') || !isIPv6(address)) return address;
  const { hostname } = new URL(`http://[${address.replace(/%.*$/, '')}]`);
  const [head = '', tail] = hostname.slice(1, -1).split('::');
  const before = head.split(':').filter((group) => group !== '');
  const after = (tail ?? '').split(':').filter((group) => group !== '');
  const zeros = Array.from({ length: 8 - before.length - after.length }, () => '0');
  return [...before, ...(tail === undefined ? [] : zeros), ...after].slice(0, 4).join(':');
}

/** Whether an address lies in some networks. What is no address never does. */
export type InNetworks = (address: string) => boolean;

/**
 * Matches addresses with networks in CIDR notation; bits beyond the prefix do not matter.
 * @throws TypeError for a text that is no network
 */
export function inNetworks(networks: readonly string[]): InNetworks {
  // A list for each family, because in one list `::/0` would match every IPv4 address too.
  const lists = { ipv4: new BlockList(), ipv6: new BlockList() };
  for (const { address, prefix, family } of networks.map(parseNetwork)) {
    lists[family].addSubnet(address, prefix, family);
  }
  return (address) => {
    const plain = plainAddress(address);
    const version = isIP(plain);
    if (version === 4) return lists.ipv4.check(plain, 'ipv4');
    return version === 6 && lists.ipv6.check(plain, 'ipv6');
  };
}

interface Network {
  readonly address: string;
  readonly prefix: number;
  readonly family: 'ipv4' | 'ipv6';
}

function parseNetwork(text: string): Network {
  const [, address = '', bits = ''] = /^([^/%]+)\/(0|[1-9]\d{0,2})$/.exec(text) ?? [];
  const prefix = Number(bits);
  const version = isIP(address);
  if (version === 0 || prefix > (version === 4 ? 32 : 128)) {
    throw new TypeError(`not a network: ${text}`);
  }
  if (version === 4) return { address, prefix, family: 'ipv4' };
  // Addresses of the form ::ffff:10.0.0.1 are matched as IPv4, so a network of them is one of IPv4.
  const parsed = new Address6(address);
  return prefix >= 96 && parsed.isMapped4()
    ? { address: parsed.to4().correctForm(), prefix: prefix - 96, family: 'ipv4' }
    : { address, prefix, family: 'ipv6' };
}
