import { parseCookie } from 'cookie';
import type { AllowsHost } from '../http/host-allowlist.ts';
import { isCrossOriginWrite, isRead } from '../http/csrf.ts';
import type { AccessGuard, IncomingRequest } from './handler.ts';
import { RefusedError } from './problems.ts';

export interface GateRules {
  /** Absent: every `Host` is right. */
  readonly hosts?: {
    readonly allows: AllowsHost;
    /** Whether what watches a server may ask for it by any name, as that of a container. */
    readonly exemptProbes: boolean;
  };
  /** Whose request it is, and whether a trusted proxy brings it. Absent: that of the connection. */
  readonly forwarded?: (arrival: {
    readonly address: string;
    readonly forwardedFor: string | undefined;
  }) => {
    readonly address: string;
    readonly isForwarded: boolean;
    /** What stands for the client where shares are counted; the address where absent. */
    readonly source?: string;
  };
  /** Counts a write, and gives the seconds until the client may write again where it has written too much. */
  readonly limitWrites?: (address: string) => Promise<number | undefined>;
  /** Absent: nobody needs a token. */
  readonly tokens?: {
    nameOf(token: string): string | undefined;
    nameOfSession(session: string): string | undefined;
    /** Whether reading takes one too. */
    readonly forReads: boolean;
  };
}

/** What can be read without a token in any case: signs of life, and what the page of the login looks like. */
const open = new Set(['/healthz', '/readyz', '/static/{path*}']);

/** What tells whether a server does well. */
export const watched = new Set(['/healthz', '/readyz', '/metrics']);

/** The one place where requests are refused for where they come from and who sends them, whichever host serves. */
export function createAccessGuard({
  hosts,
  forwarded,
  limitWrites,
  tokens,
}: GateRules = {}): AccessGuard {
  return async ({ method, route, headers, address, isSecure }) => {
    const arrival = {
      address: address ?? '',
      forwardedFor: singleValue(headers['x-forwarded-for']),
    };
    const from: ReturnType<NonNullable<typeof forwarded>> = forwarded?.(arrival) ?? {
      address: arrival.address,
      isForwarded: false,
    };
    const asked = from.isForwarded ? singleValue(headers['x-forwarded-host']) : undefined;
    const host = asked ?? singleValue(headers['host']);
    const isExempt = hosts?.exemptProbes === true && route !== undefined && watched.has(route);
    if (hosts !== undefined && !isExempt && !hosts.allows(host)) {
      throw new RefusedError('foreign_host');
    }
    const { origin, 'sec-fetch-site': site } = headers;
    const sender = { host, origin: singleValue(origin), 'sec-fetch-site': site };
    if (isCrossOriginWrite(method, sender)) throw new RefusedError('cross_origin');
    if (!isRead(method) && from.address !== '') {
      // Before tokens are looked at, so that nobody tries out very many.
      const seconds = await limitWrites?.(from.address);
      if (seconds !== undefined)
        throw new RefusedError('too_many_writes', { retrySeconds: seconds });
    }
    const session = tokens && sessionIn(headers);
    const client = tokens && nameOf(tokens, headers, session);
    if (tokens !== undefined && client === undefined && !isFree(tokens, method, route)) {
      throw new RefusedError('no_token');
    }
    const source = from.source ?? from.address;
    return {
      ...(source !== '' && { source }),
      isSecure: isSecure || (from.isForwarded && firstOf(headers['x-forwarded-proto']) === 'https'),
      ...(client !== undefined && { client }),
      ...(session !== undefined && { session }),
      ...(from.isForwarded && { forwardedFor: from.address }),
    };
  };
}

type TokenRules = NonNullable<GateRules['tokens']>;

/** Whether a request needs no token. */
function isFree({ forReads }: TokenRules, method: string, route: string | undefined): boolean {
  if (route === '/login' || route === '/logout') return true;
  return isRead(method) && (!forReads || (route !== undefined && open.has(route)));
}

/** The cookie of a browser that has logged in. */
export const sessionCookie = 'gitmon_session';

function sessionIn(headers: IncomingRequest['headers']): string | undefined {
  return parseCookie(singleValue(headers['cookie']) ?? '')[sessionCookie];
}

/** Whose token or session the headers hold, if it is one. */
function nameOf(
  tokens: TokenRules,
  headers: IncomingRequest['headers'],
  session: string | undefined,
): string | undefined {
  const [, token] = /^bearer +(\S+) *$/i.exec(singleValue(headers['authorization']) ?? '') ?? [];
  if (token !== undefined) return tokens.nameOf(token);
  return session === undefined ? undefined : tokens.nameOfSession(session);
}

/** The first of what stands between commas: what the outermost proxy has seen. */
function firstOf(header: string | readonly string[] | undefined): string | undefined {
  return singleValue(header)?.split(',')[0]?.trim().toLowerCase();
}

/** A header that is meant to come once. Node joins one that was sent more often, whatever its type says. */
export function singleValue(header: string | readonly string[] | undefined): string | undefined {
  return typeof header === 'object' ? header[0] : header;
}
