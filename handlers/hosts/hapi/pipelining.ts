import type { Exchange } from './access-log.ts';

/**
 * Resolves when the answers to the requests before one on its connection have been taken, or the connection has closed. Made
 * earlier, an answer would be held in memory for as long as its client takes to read those before it.
 */
export async function whenFirst({ req, res }: Pick<Exchange, 'req' | 'res'>): Promise<void> {
  // Node gives a response its socket when the one before it has been sent.
  if (res.socket !== null || !req.socket.writable) return;
  await new Promise<void>((resolve) => {
    const done = () => resolve();
    res.once('socket', done);
    res.once('close', done);
    // Before Node 24.16 an answer that waits behind another is not told that its connection has closed.
    req.once('aborted', done);
    req.once('close', done);
  });
}
