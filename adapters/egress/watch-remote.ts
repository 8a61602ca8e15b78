import { Agent, type ClientRequestArgs } from 'node:http';
import { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { OpenPass } from './pass.ts';

/** How long finding and reaching a host may take, in milliseconds: a host that drops packets is silent for minutes. */
const connectTimeout = 20_000;

/** Of this process, and of the whole machine. */
const noDescriptors = new Set(['EMFILE', 'ENFILE']);

/** Counts what arrives on a connection to a remote, and sees why one is not made. */
export function watchRemote(remote: Socket, pass: OpenPass): void {
  let missing: 'dns' | 'connect' = 'dns';
  let connected = false;
  const tooLong = setTimeout(
    () => remote.destroy(new Error('no connection in time')),
    connectTimeout,
  );
  tooLong.unref();
  remote.once('connectionAttempt', () => {
    missing = 'connect';
  });
  remote.once('connect', () => {
    connected = true;
    clearTimeout(tooLong);
  });
  remote.once('error', ({ code = '' }: NodeJS.ErrnoException) => {
    if (noDescriptors.has(code)) pass.failed('internal');
    // A connection can be made and reset before anybody here gets to see that it was made.
    if (!connected && code !== 'ECONNRESET') pass.failed(missing);
  });
  remote.once('close', () => clearTimeout(tooLong));
  remote.on('data', (chunk: Buffer) => pass.received(chunk.length));
}

/** Makes the connection of a plain http request: a new one for each, which nobody uses again unchecked. */
export class WatchingAgent extends Agent {
  readonly #pass: OpenPass;

  constructor(pass: OpenPass) {
    super();
    this.#pass = pass;
  }

  override createConnection(options: ClientRequestArgs): Duplex | null | undefined {
    const remote = super.createConnection(options);
    if (remote instanceof Socket) watchRemote(remote, this.#pass);
    return remote;
  }
}
