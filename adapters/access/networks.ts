import { BlockList, isIP } from 'node:net';

/** An IPv4 address that a connection over IPv6 shows as `::ffff:192.0.2.1`, or the address itself. */
export function plainAddress(address: string): string {
  return /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1] ?? address;
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
