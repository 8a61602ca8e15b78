import type { z } from 'zod';
import type { RefreshPolicy } from '../../domain/index.ts';
import type { Ports } from './ports.ts';
import type { Origins } from '../http/cors.ts';
import type { Reply, CacheableReply } from './reply.ts';

/** A longer body is refused by the host: 8 KiB are enough for a url and what is around it. */
export const maxBodyBytes = 8192;

/** The headers that answers depend on. */
export type RequestHeaders = Readonly<
  Record<
    'accept' | 'accept-encoding' | 'if-match' | 'if-none-match' | 'prefer' | 'last-event-id',
    string | undefined
  >
>;

/** A request as a host hands it over, before anything is known to be right. */
export interface RawInput {
  readonly params: unknown;
  readonly query: unknown;
  readonly headers: RequestHeaders;
  /** The body as text; empty where there is none. */
  readonly body: string;
  /** The Host header, `127.0.0.1:5000`. */
  readonly host: string;
}

/** Who asks for what, as far as a host can tell before it knows anything to be right. */
export interface IncomingRequest {
  readonly method: string;
  /** The path of the route in the table of `routes.ts`, if one matches. */
  readonly route: string | undefined;
  /** By names in lower case. */
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  /** Of the connection, where the host knows it. */
  readonly address: string | undefined;
  /** Whether it has come by https, as far as the host itself sees. */
  readonly isSecure: boolean;
}

/**
 * Lets a request in before anything of it is read, and gives for the log what is known of its sender.
 * @throws RefusedError
 */
export type AccessGuard = (visitor: IncomingRequest) => Promise<Client>;

export interface Client {
  /** Name of the token, where one is known. */
  readonly client?: string;
  /** Where it comes from, an IPv4 address or an IPv6 /64, as far as known: each has a share of what there is. */
  readonly source?: string;
  /** Whom a trusted proxy has forwarded it for. */
  readonly forwardedFor?: string;
  /** The session that its cookie holds, known or not, where tokens are needed. */
  readonly session?: string;
  /** Whether it has come by https, to this server or to the trusted proxy. */
  readonly isSecure: boolean;
}

/** What the server allows. */
export interface Limits {
  /** How many projects there may be. */
  readonly maxProjects: number;
  /** How long a fetch may take, counted from the request. */
  readonly timeoutSeconds: number;
  /** Whether the disk has room for more. Absent: nobody asks. */
  readonly hasRoom?: (() => Promise<boolean>) | undefined;
  /** How often repositories are asked for news. */
  readonly rules?: RefreshPolicy | undefined;
}

/** What a handler may know besides its input. */
export interface RequestContext
  extends Limits, Pick<App, 'version' | 'openSession' | 'closeSession'> {
  /** Aborts when the client goes away before it is answered, or the server cannot wait any longer. */
  readonly signal: AbortSignal;
  /** Whether the server is about to end and begins nothing new. */
  readonly draining?: boolean;
  /** Aborts when the server begins to end: what would last for ever ends with it. */
  readonly ending?: AbortSignal;
  readonly sender: Client;
  /**
   * Takes one of the places for clients that wait for a remote, until this one has its response. Absent: nobody counts them.
   * @throws RefusedError `too_many_long_lived`, `too_many_of_client`
   */
  takePlace?(): void;
}

/** What every host serves the handlers with. */
export interface App {
  readonly ports: Ports;
  /** Whose pages may read what is answered here; nobody's when absent. */
  readonly origins?: Origins | undefined;
  /** The program's version: pages of another one may look different. */
  readonly version: string;
  /** Lets requests in; without one it is `createAccessGuard()`. */
  readonly gate?: AccessGuard;
  /** A new session that a token opens, undefined for a wrong one. Absent: nobody needs a token. */
  readonly openSession?: ((token: string) => string | undefined) | undefined;
  /** Ends a session at once, if it is one. */
  readonly closeSession?: ((session: string) => void) | undefined;
}

/** Answers one kind of request without knowing which host received it. */
export interface Handler<Input = unknown> {
  /** Accepts a {@link RawInput} or refuses it. */
  readonly input: z.ZodType<Input>;
  /** @throws DomainError and whatever else goes wrong; `problems.ts` makes the answer of it. */
  run(ports: Ports, input: Input, call: RequestContext): Promise<Reply | CacheableReply>;
  /**
   * A key for requests whose answers differ in nothing but when they are made: those that wait at the same time share one
   * run. Absent: each has its own.
   */
  coalesceBy?(input: Input): string;
}
