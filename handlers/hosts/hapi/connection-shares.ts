import { RefusedError } from '../../contract/problems.ts';

/** When a client that got no place had better try again, in seconds: what takes them lasts. */
const retrySeconds = 30;

/** Counts what holds a connection for long, in all and for each client. */
export interface Places {
  /**
   * Takes one.
   * @returns what gives it back; only the first call counts
   * @throws RefusedError `too_many_long_lived`, `too_many_of_client`
   */
  take(client: string): () => void;
}

/**
 * Half of the connections: what is answered at once always finds one.
 * @param shareOfClient how much of all connections one client may have at most
 */
export function createPlaces(maxConnections: number, shareOfClient: number): Places {
  const most = Math.max(1, Math.floor(maxConnections / 2));
  const mostPerClient = Math.max(1, Math.floor(maxConnections * shareOfClient));
  const taken = new Map<string, number>();
  let all = 0;
  return {
    take(client) {
      const own = taken.get(client) ?? 0;
      if (own >= mostPerClient) throw new RefusedError('too_many_of_client', { retrySeconds });
      if (all >= most) throw new RefusedError('too_many_long_lived', { retrySeconds });
      all += 1;
      taken.set(client, own + 1);
      let isTaken = true;
      return () => {
        if (!isTaken) return;
        isTaken = false;
        all -= 1;
        const left = (taken.get(client) ?? 1) - 1;
        if (left === 0) taken.delete(client);
        else taken.set(client, left);
      };
    },
  };
}
