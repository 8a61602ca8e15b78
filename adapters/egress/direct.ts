import { once } from 'node:events';
import type { EgressFailure } from './pass.ts';
import type { Egress } from './proxy.ts';

/** How long a remote may take to accept a connection, in milliseconds, when it is asked why git had none. */
const patience = 5000;

/**
 * No proxy between git and its remotes: for the command line, whose user may reach whatever the machine can, and who
 * would wait for the proxy to start longer than many a history takes to arrive. Bytes are neither counted nor limited.
 */
export function createDirectEgress(url: string): Egress {
  return {
    admit: async () => ({
      proxyUrl: '',
      receivedBytes: () => 0,
      failure: () => missing(url),
      exceeded: new AbortController().signal,
      close: () => {},
    }),
    close: async () => {},
  };
}

/** Why there is no connection to the host of a url, found out by trying; undefined where there is one. */
async function missing(url: string): Promise<EgressFailure | undefined> {
  const [{ lookup }, { connect }] = await Promise.all([
    import('node:dns/promises'),
    import('node:net'),
  ]);
  const { hostname, port, protocol } = new URL(url);
  const host = hostname.replace(/^\[(.*)\]$/, '$1');
  const found = await lookup(host).catch(() => undefined);
  if (found === undefined) return 'dns';
  const socket = connect({
    host: found.address,
    port: Number(port) || (protocol === 'https:' ? 443 : 80),
  });
  try {
    await once(socket, 'connect', { signal: AbortSignal.timeout(patience) });
    return undefined;
  } catch {
    return 'connect';
  } finally {
    socket.destroy();
  }
}
