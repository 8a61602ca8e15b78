import { once } from 'node:events';
import type { EgressFailure } from './session.ts';
import type { Egress } from './proxy.ts';
import type { ChooseUpstream, Target } from './upstream.ts';

/** How long a remote may take to accept a connection, in milliseconds, when it is asked why git had none. */
const patience = 5000;

/**
 * No proxy between git and its remotes: for the command line, whose user may reach whatever the machine can, and who
 * would wait for the proxy to start longer than many a history takes to arrive. Bytes are neither counted nor limited.
 * A proxy that the environment names is git's own, by the url that is asked for first.
 */
export function directEgress(url: string, upstream?: ChooseUpstream): Egress {
  const target = new URL(url);
  const proxyUrl = upstream?.(targetOf(target)) ?? '';
  return {
    open: async () => ({
      proxyUrl,
      receivedBytes: () => 0,
      failure: async () => {
        if (proxyUrl === '') return missing(target);
        return (await missing(new URL(proxyUrl))) && 'connect';
      },
      exceeded: new AbortController().signal,
      close: () => {},
    }),
    close: async () => {},
  };
}

/** Why there is no connection to the host of a url, found out by trying; undefined where there is one. */
async function missing(url: URL): Promise<EgressFailure | undefined> {
  const [{ lookup }, { connect }] = await Promise.all([
    import('node:dns/promises'),
    import('node:net'),
  ]);
  const { host, port } = targetOf(url);
  const found = await lookup(host).catch(() => undefined);
  if (found === undefined) return 'dns';
  const socket = connect({ host: found.address, port });
  try {
    await once(socket, 'connect', { signal: AbortSignal.timeout(patience) });
    return undefined;
  } catch {
    return 'connect';
  } finally {
    socket.destroy();
  }
}

function targetOf({ protocol, hostname, port }: URL): Target {
  const isSecure = protocol === 'https:';
  return {
    scheme: isSecure ? 'https' : 'http',
    host: hostname.replace(/^\[(.*)\]$/, '$1'),
    port: Number(port) || (isSecure ? 443 : 80),
  };
}
