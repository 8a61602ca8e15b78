import { isIP } from 'node:net';
import type { InNetworks } from '../net/networks.ts';
import { judgedInNetworks } from './address-policy.ts';

/** The proxies that an environment names, `http://user:password@proxy.example.org:3128`, and where none is to be used. */
export interface UpstreamRules {
  readonly HTTP_PROXY?: string | undefined;
  readonly HTTPS_PROXY?: string | undefined;
  /** Hosts, with all below them, with a port or without, addresses and networks; `*` for everything. */
  readonly NO_PROXY: readonly string[];
}

/** What git asks the own proxy for. */
export interface Target {
  readonly scheme: 'http' | 'https';
  /** In lower case, without brackets. */
  readonly host: string;
  readonly port: number;
}

/** The proxy that leads to a target; undefined where the way is direct. */
export type ChooseUpstream = (target: Target) => string | undefined;

/** Chooses as curl does. https://curl.se/docs/manpage.html#ENVIRONMENT */
export function chooseUpstream(rules: UpstreamRules): ChooseUpstream {
  const exceptions = rules.NO_PROXY.map(readException);
  return (target) => {
    const upstream = target.scheme === 'http' ? rules.HTTP_PROXY : rules.HTTPS_PROXY;
    return exceptions.some((includes) => includes(target)) ? undefined : upstream;
  };
}

function readException(text: string): (target: Target) => boolean {
  if (text === '*') return () => true;
  const inside = readNetwork(text);
  if (inside !== undefined) return ({ host }) => isIP(host) !== 0 && inside(host);
  const [, bracketed, plain = text, port] =
    /^(?:\[([^\]]*)\]|([^:]*))(?::(\d+))?$/.exec(text) ?? [];
  const wanted = withoutDots(bracketed ?? plain).toLowerCase();
  return (target) => {
    if (port !== undefined && Number(port) !== target.port) return false;
    const host = withoutDots(target.host);
    // Of an address no part means anything.
    return host === wanted || (isIP(host) === 0 && wanted !== '' && host.endsWith(`.${wanted}`));
  };
}

function readNetwork(text: string): InNetworks | undefined {
  try {
    return judgedInNetworks([text]);
  } catch {
    return undefined;
  }
}

/** `.example.org` and `example.org.` mean what `example.org` does. */
function withoutDots(host: string): string {
  return host.replace(/^\./, '').replace(/\.$/, '');
}
