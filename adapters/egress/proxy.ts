import { promises as dns } from 'node:dns';
import type { AddressPolicy } from './address-policy.ts';
import type { Resolve } from './checked-lookup.ts';
import { ProxySession, type EgressSession } from './session.ts';
import type { ChooseUpstream } from './upstream.ts';

export type { EgressSession } from './session.ts';

/** The way out for all of git's http. */
export interface Egress {
  /**
   * Lets one fetch through, until it is closed or more than `maxBytes` arrive from remotes.
   * @throws Error where the proxy cannot listen, or egress is closed
   */
  open(limits: { readonly maxBytes: number }): Promise<EgressSession>;
  /** Ends every pass and stops listening. */
  close(): Promise<void>;
}

export interface EgressOptions {
  /** Which addresses may be connected to, asked at each hop. */
  readonly policy: AddressPolicy;
  /** How names are resolved: by the system, unless a test says otherwise. */
  readonly resolve?: Resolve;
  /** Which proxy leads on to a target; none when absent. */
  readonly upstream?: ChooseUpstream | undefined;
  /** How long no remote of a fetch may send anything: a git server at work says so every 5 seconds. */
  readonly idleSeconds?: number;
}

const resolveAll: Resolve = (host) => dns.lookup(host, { all: true });

/** Makes the way out through a forward proxy in this process, which listens from the first fetch on. */
export function createEgress({
  policy,
  resolve = resolveAll,
  upstream = () => undefined,
  idleSeconds = 60,
}: EgressOptions): Egress {
  const passes = new Map<string, ProxySession>();
  let proxy: ReturnType<typeof start> | undefined;
  let admitted = 0;
  let closed = false;

  const start = async () => {
    try {
      // Loaded late: what never fetches starts sooner, and who fetches has git to wait for meanwhile.
      const { startForwardProxy } = await import('./forward-proxy.ts');
      return await startForwardProxy({
        policy,
        resolve,
        upstream,
        passOf: (user) => passes.get(user),
      });
    } catch (error) {
      proxy = undefined;
      throw error;
    }
  };

  return {
    open: async ({ maxBytes }) => {
      if (!closed) proxy ??= start();
      const port = (await proxy)?.port;
      if (closed || port === undefined) throw new Error('egress is closed');
      const user = `fetch-${++admitted}`;
      const pass = new ProxySession({
        user,
        port,
        maxBytes,
        idleSeconds,
        onEnd: () => passes.delete(user),
      });
      passes.set(user, pass);
      return pass;
    },
    close: async () => {
      closed = true;
      await (await proxy?.catch(() => undefined))?.close(true);
    },
  };
}
