import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import type { ExecutionContext } from 'ava';

/** A connection that sends whatever bytes it is given. */
export interface RawClient {
  readonly socket: Socket;
  /** All that was received so far, each byte as a character. */
  received(): string;
  /** Resolves when the server has closed the connection, with all that was received. */
  readonly closed: Promise<string>;
}

/** Connects to a server; the connection is gone when the test ends. */
export async function rawClient(
  t: Pick<ExecutionContext, 'teardown'>,
  origin: string,
  bytes: string | Buffer = '',
): Promise<RawClient> {
  const { hostname, port } = new URL(origin);
  const socket = connect(Number(port), hostname);
  t.teardown(() => socket.destroy());
  let text = '';
  const { promise: closed, resolve } = Promise.withResolvers<string>();
  socket.on('data', (chunk: Buffer) => {
    text += chunk.toString('latin1');
  });
  // A reset is an end like any other here.
  socket.on('error', () => {});
  socket.once('close', () => resolve(text));
  socket.once('end', () => resolve(text));
  await Promise.race([once(socket, 'connect'), closed]);
  socket.write(typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : bytes);
  return { socket, received: () => text, closed };
}

/** The statuses of the answers in what was received. */
export function statuses(received: string): readonly number[] {
  return [...received.matchAll(/^HTTP\/1\.1 (\d{3}) /gm)].map(([, status]) => Number(status));
}
