import type { AllowsHost } from './allowed-hosts.ts';
import { isCrossOriginWrite } from './cross-origin.ts';
import { RefusedError } from './problems.ts';

/** Who asks for what, as far as a host can tell before it knows anything to be right. */
export interface Visitor {
  readonly method: string;
  /** The path of the route in the table of `routes.ts`, if one matches. */
  readonly route: string | undefined;
  /** By names in lower case. */
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
}

/**
 * Lets a request in before anything of it is read.
 * @throws RefusedError
 */
export type Gate = (visitor: Visitor) => Promise<void>;

export interface GateRules {
  /** Absent: every `Host` is right. */
  readonly hosts?: {
    readonly allows: AllowsHost;
    /** Whether what watches a server may ask for it by any name, as that of a container. */
    readonly anyForWatchers: boolean;
  };
}

const watched = new Set(['/healthz', '/readyz', '/metrics']);

/** The one place where requests are refused for where they come from and who sends them, whichever host serves. */
export function createGate({ hosts }: GateRules = {}): Gate {
  return async ({ method, route, headers }) => {
    const host = one(headers['host']);
    const isExempt = hosts?.anyForWatchers === true && route !== undefined && watched.has(route);
    if (hosts !== undefined && !isExempt && !hosts.allows(host)) {
      throw new RefusedError('foreign_host');
    }
    const { origin, 'sec-fetch-site': site } = headers;
    const sender = { host, origin: one(origin), 'sec-fetch-site': site };
    if (isCrossOriginWrite(method, sender)) throw new RefusedError('cross_origin');
  };
}

/** A header that is meant to come once. */
function one(header: string | readonly string[] | undefined): string | undefined {
  return typeof header === 'object' ? header[0] : header;
}
