import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { setTimeout } from 'node:timers/promises';
import { residentMemory, type RunningServer } from './processes.ts';
import { rawGet } from './raw-get.ts';
import { figureRow, type Row } from './table.ts';

const clients = 50;

/** How much each reads a second, in bytes, and for how many seconds. */
const share = 1000;
const seconds = 10;

/** What a client that hardly reads costs the server in memory, most of the time it is there. */
export async function slowReaderRow(server: RunningServer, path: string): Promise<Row> {
  // Readers that read first, so that what any reader needs is there already.
  for (let round = 0; round < 2; round++) {
    const readers = Array.from({ length: 4 }, () => rawGet(server.url + path));
    await Promise.all(readers);
  }
  const before = await residentMemory(server.pid);
  const sockets = await Promise.all(
    Array.from({ length: clients }, () => ask(new URL(path, server.url))),
  );
  let most = before;
  for (let second = 0; second < seconds; second++) {
    await setTimeout(1000);
    await Promise.all(sockets.map(readShare));
    most = maximum(most, await residentMemory(server.pid));
  }
  for (const socket of sockets) socket.destroy();
  const each = most === undefined || before === undefined ? undefined : (most - before) / clients;
  return figureRow('/json, not kept, each slow reader', 'MB', each, 1);
}

/** Asks, and leaves the answer in the socket: what is not read is not taken from the system beyond a few kilobytes. */
async function ask({ hostname, port, pathname }: URL): Promise<Socket> {
  const socket = connect(Number(port), hostname);
  await once(socket, 'connect');
  // Somebody listens, and never reads more than is asked for.
  socket.on('readable', () => {});
  socket.write(`GET ${pathname} HTTP/1.1\r\nHost: ${hostname}:${port}\r\n\r\n`);
  return socket;
}

/** A machine that is busy may take longer than a second to send the first bytes. */
async function readShare(socket: Socket): Promise<void> {
  const patience = AbortSignal.timeout(60_000);
  while (socket.read(share) === null) {
    await once(socket, 'readable', { signal: patience }).catch((cause: unknown) => {
      throw new Error('a slow reader was left without bytes', { cause });
    });
  }
}

function maximum(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined || b === undefined ? undefined : Math.max(a, b);
}
