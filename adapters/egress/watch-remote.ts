import { Agent, type ClientRequestArgs } from 'node:http';
import { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { ProxySession } from './session.ts';

/** How long finding and reaching a host may take, in milliseconds: a host that drops packets is silent for minutes. */
const connectTimeout = 20_000;

/** Of this process, and of the whole machine. */
const noDescriptors = new Set(['EMFILE', 'ENFILE']);

/**
 * Counts what arrives on a connection to a remote, and sees why one is not made.
 * @param missing what it is called where no address is tried: `connect` where the name is not that of the url
 */
export function watchRemote(
  remote: Socket,
  pass: ProxySession,
  missing: 'dns' | 'connect' = 'dns',
): void {
  let why = missing;
  let connected = false;
  const tooLong = setTimeout(
    () => remote.destroy(new Error('no connection in time')),
    connectTimeout,
  );
  tooLong.unref();
  remote.once('connectionAttempt', () => {
    why = 'connect';
  });
  remote.once('connect', () => {
    connected = true;
    clearTimeout(tooLong);
  });
  remote.once('error', ({ code = '' }: NodeJS.ErrnoException) => {
    if (noDescriptors.has(code)) pass.failed('internal');
    // A connection can be made and reset before anybody here gets to see that it was made.
    if (!connected && code !== 'ECONNRESET') pass.failed(why);
  });
  remote.once('close', () => clearTimeout(tooLong));
  remote.on('data', (chunk: Buffer) => pass.received(chunk.length));
}

/** Makes the connection of a plain http request: a new one for each, which nobody uses again unchecked. */
export class WatchingAgent extends Agent {
  readonly #pass: ProxySession;
  readonly #missing: 'dns' | 'connect' | undefined;
  readonly #onConnection: (remote: Duplex) => void;

  /** @param onConnection is given the connection to the remote, which is not made yet */
  constructor(
    pass: ProxySession,
    onConnection: (remote: Duplex) => void,
    missing?: 'dns' | 'connect',
  ) {
    super();
    this.#pass = pass;
    this.#missing = missing;
    this.#onConnection = onConnection;
  }

  override createConnection(options: ClientRequestArgs): Duplex | null | undefined {
    const remote = super.createConnection(options);
    if (remote instanceof Socket) watchRemote(remote, this.#pass, this.#missing);
    if (remote) this.#onConnection(remote);
    return remote;
  }
}
