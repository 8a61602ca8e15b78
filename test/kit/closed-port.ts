import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import type { ExecutionContext } from 'ava';

/**
 * A port of 127.0.0.1 that refuses connections. One of the test's own begins there, so that nobody is given it to listen on
 * before the test ends.
 */
export async function closedPort(t: Pick<ExecutionContext, 'teardown'>): Promise<number> {
  const server = createServer();
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port was given');
  const socket = connect(address.port, address.address);
  t.teardown(async () => {
    const closed = once(server.close(), 'close');
    socket.destroy();
    await closed;
  });
  server.once('connection', (other) => other.resume());
  await once(socket, 'connect');
  if (socket.localPort === undefined) throw new Error('the connection has no port');
  return socket.localPort;
}
