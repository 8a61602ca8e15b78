import { isIP, isIPv4 } from 'node:net';
import { Address4, Address6 } from 'ip-address';
import { inNetworks, type InNetworks } from '../net/networks.ts';

/** Whether an address, written as a literal without brackets, may be connected to; anything else is refused. */
export type AddressPolicy = (address: string) => boolean;

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
  const allowed = inNetworks(allowedNetworks);
  const reserved = inNetworks([...protocolAssignments, ...cloudHosts]);
  return (address) => {
    if (isIP(address) === 0 || address.includes('%')) return false;
    const judged = judgedAs(address);
    const text = judged.correctForm();
    return allowed(text) || (judged.isGlobal() && !reserved(text));
  };
}

/**
 * Whether an address lies in one of the networks, an embedded one judged as by {@link publicAddresses}.
 * @throws TypeError for a text that is no network
 */
export function judgedInNetworks(texts: readonly string[]): InNetworks {
  const includes = inNetworks(texts);
  return (address) => includes(judgedAs(address).correctForm());
}

function judgedAs(address: string): Address4 | Address6 {
  if (isIPv4(address)) return new Address4(address);
  const parsed = new Address6(address);
  return parsed.embeddedIPv4() ?? parsed;
}
