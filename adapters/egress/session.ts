import { hash, randomBytes, timingSafeEqual } from 'node:crypto';
import type { Socket } from 'node:net';
import type { FetchFailure } from '../../domain/errors.ts';

/**
 * What the proxy can see go wrong: a name without address, no connection, an address the policy refuses, more bytes
 * than admitted, a remote that sent nothing for too long, one that answered a plain http request with something else
 * than http or not at all, or (`internal`) this machine without a descriptor left.
 */
export type EgressFailure = Extract<
  FetchFailure,
  'dns' | 'connect' | 'blocked' | 'too_large' | 'timeout' | 'protocol' | 'internal'
>;

/** Lets one fetch out. */
export interface EgressSession {
  /** For git's `http.proxy`: empty for none. It holds a secret, so it travels to git by environment alone. */
  readonly proxyUrl: string;
  /** Bytes received from remotes so far, headers and TLS included; 0 where nobody counts. */
  receivedBytes(): number;
  /** What went wrong outside git, the first of it. */
  failure(): EgressFailure | undefined | Promise<EgressFailure | undefined>;
  /** Aborts when more than the admitted bytes arrived, or none for too long; the connections are cut then too. */
  readonly exceeded: AbortSignal;
  /** Ends every connection; the proxy knows the secret no longer. */
  close(): void;
}

export interface SessionOptions {
  readonly user: string;
  readonly port: number;
  readonly maxBytes: number;
  /** How long no remote may send anything, in seconds. */
  readonly idleSeconds: number;
  /** Called when nothing more may go through. */
  readonly onEnd: () => void;
}

/** The proxy's side of a {@link EgressSession}. */
export class ProxySession implements EgressSession {
  readonly proxyUrl: string;
  readonly exceeded: AbortSignal;
  readonly #exceeded = new AbortController();
  readonly #digest: Buffer;
  readonly #maxBytes: number;
  readonly #onEnd: () => void;
  readonly #clients = new Set<Socket>();
  readonly #idle: NodeJS.Timeout;
  #received = 0;
  #failure: EgressFailure | undefined;

  constructor({ user, port, maxBytes, idleSeconds, onEnd }: SessionOptions) {
    const secret = randomBytes(24).toString('hex');
    this.proxyUrl = `http://${user}:${secret}@127.0.0.1:${port}`;
    this.exceeded = this.#exceeded.signal;
    this.#digest = digest(secret);
    this.#maxBytes = maxBytes;
    this.#onEnd = onEnd;
    this.#idle = setTimeout(() => this.#cut('timeout'), idleSeconds * 1000);
    this.#idle.unref();
  }

  receivedBytes(): number {
    return this.#received;
  }

  failure(): EgressFailure | undefined {
    return this.#failure;
  }

  close(): void {
    clearTimeout(this.#idle);
    this.#onEnd();
    for (const client of this.#clients) client.destroy();
  }

  accepts(secret: string): boolean {
    return timingSafeEqual(digest(secret), this.#digest);
  }

  /** Takes over a connection from git to the proxy: it ends with the pass. */
  adopt(client: Socket): void {
    if (this.#clients.has(client)) return;
    this.#clients.add(client);
    client.once('close', () => this.#clients.delete(client));
  }

  failed(failure: EgressFailure): void {
    this.#failure ??= failure;
  }

  received(bytes: number): void {
    this.#received += bytes;
    if (this.exceeded.aborted) return;
    this.#idle.refresh();
    if (this.#received > this.#maxBytes) this.#cut('too_large');
  }

  #cut(failure: EgressFailure): void {
    this.failed(failure);
    this.close();
    this.#exceeded.abort();
  }
}

function digest(text: string): Buffer {
  return hash('sha256', text, 'buffer');
}
