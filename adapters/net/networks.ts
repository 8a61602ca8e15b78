import { BlockList, isIP, isIPv6 } from 'node:net';

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

/** Whether an address lies in one of the networks, given in CIDR notation. What is no address never does. */
export function inNetworks(networks: readonly string[]): (address: string) => boolean {
  // A list for each family, because in one list `::/0` would match every IPv4 address too.
  const lists = { 4: new BlockList(), 6: new BlockList() };
  for (const network of networks) {
    const [address = '', prefix] = network.split('/');
    if (isIP(address) === 4) lists[4].addSubnet(address, Number(prefix), 'ipv4');
    else lists[6].addSubnet(address, Number(prefix), 'ipv6');
  }
  return (address) => {
    const plain = plainAddress(address);
    const version = isIP(plain);
    if (version === 4) return lists[4].check(plain, 'ipv4');
    return version === 6 && lists[6].check(plain, 'ipv6');
  };
}
