import { BlockList, isIP, isIPv4 } from 'node:net';
import { Address4, Address6 } from 'ip-address';

/** Whether an address, written as a literal without brackets, may be connected to; anything else is refused. */
export type AddressPolicy = (address: string) => boolean;

interface Network {
  readonly address: string;
  readonly prefix: number;
  readonly family: 'ipv4' | 'ipv6';
}

/**
 * Assigned to protocols and relays, so no repository is there, yet in part "globally reachable" by the registries of
 * special addresses: https://www.iana.org/assignments/iana-ipv4-special-registry and iana-ipv6-special-registry.
 */
const protocolAssignments = ['192.0.0.0/24', '192.88.99.0/24', '2001::/23'];

/**
 * Azure's host, which gives each of its machines names, addresses and configuration: registered as public, yet the same
 * inside of every virtual network and reached from there alone.
 * https://learn.microsoft.com/azure/virtual-network/what-is-ip-address-168-63-129-16
 */
const cloudHosts = ['168.63.129.16/32'];

/** Allows every address. */
export const allowAllAddresses: AddressPolicy = (address) => isIP(address) !== 0;

/**
 * Allows public addresses and the given networks. An IPv6 address that carries an IPv4 one (v4-mapped, or NAT64 by
 * the well-known prefix) is judged as that IPv4 address; 6to4, Teredo and addresses with a zone are never public.
 * @param allowedNetworks - in CIDR notation; bits beyond the prefix do not matter
 * @throws TypeError for a text that is no network
 */
export function publicAddresses(allowedNetworks: readonly string[]): AddressPolicy {
  const allowed = networkList(allowedNetworks);
  const reserved = networkList([...protocolAssignments, ...cloudHosts]);
  return (address) => {
    if (isIP(address) === 0 || address.includes('%')) return false;
    const judged = judgedAs(address);
    return allowed(judged) || (judged.isGlobal() && !reserved(judged));
  };
}

/** Whether an address lies in one of the networks, an embedded one judged as by {@link publicAddresses}. */
export type InNetworks = (address: string) => boolean;

/** @throws TypeError for a text that is no network */
export function networks(texts: readonly string[]): InNetworks {
  const includes = networkList(texts);
  return (address) => includes(judgedAs(address));
}

function judgedAs(address: string): Address4 | Address6 {
  if (isIPv4(address)) return new Address4(address);
  const parsed = new Address6(address);
  return parsed.embeddedIPv4() ?? parsed;
}

function networkList(texts: readonly string[]): (address: Address4 | Address6) => boolean {
  // A list for each family, because in one list `::/0` would match every IPv4 address too.
  const lists = { ipv4: new BlockList(), ipv6: new BlockList() };
  for (const text of texts) {
    const { address, prefix, family } = parseNetwork(text);
    lists[family].addSubnet(address, prefix, family);
  }
  return (address) =>
    address instanceof Address4
      ? lists.ipv4.check(address.correctForm(), 'ipv4')
      : lists.ipv6.check(address.correctForm(), 'ipv6');
}

function parseNetwork(text: string): Network {
  const [, address = '', bits = ''] = /^([^/%]+)\/(0|[1-9]\d{0,2})$/.exec(text) ?? [];
  const prefix = Number(bits);
  const version = isIP(address);
  if (version === 0 || prefix > (version === 4 ? 32 : 128)) {
    throw new TypeError(`not a network: ${text}`);
  }
  if (version === 4) return { address, prefix, family: 'ipv4' };
  // Addresses of the form ::ffff:10.0.0.1 are judged as IPv4, so a network of them is one of IPv4.
  const parsed = new Address6(address);
  return prefix >= 96 && parsed.isMapped4()
    ? { address: parsed.to4().correctForm(), prefix: prefix - 96, family: 'ipv4' }
    : { address, prefix, family: 'ipv6' };
}
