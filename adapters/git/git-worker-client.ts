import type { GitPort } from '../../domain/ports/git-port.ts';
import type { FindCredential } from './credential.ts';
import { linkWorker, type WorkerLinkOptions, type WorkerStatus } from './rpc-client.ts';
import type { Checked } from './worker-messages.ts';

interface GitWorkerOptions extends WorkerLinkOptions {
  readonly findCredential?: FindCredential | undefined;
}

/** Git in a process of its own. */
export interface GitWorker {
  readonly port: GitPort;
  /**
   * Finds out whether git can be trusted with strangers' repositories, by running it.
   * @throws UnusableGit
   */
  check(): Promise<Checked>;
  /** Removes what is left over of earlier fetches, and every mirror but those of these urls. */
  clear(urls: readonly string[]): Promise<void>;
  status(): WorkerStatus;
  /** Has the process kill this one from now on where its main thread hangs. */
  watch(): void;
  /** Ends every git and the process; nothing more can be asked. */
  close(): Promise<void>;
  /** Kills the process, whatever it does, so that everything asked fails at once; `close` then ends what it leaves. */
  kill(): void;
  /** Has them end, and does not wait for it. */
  disconnect(): void;
}

/**
 * Has git run by a process that does little else. To start a program node forks, which takes the longer the more memory it
 * has, and what git and remotes say has to be passed on and read: whoever asks for pages would wait for all of that.
 */
export function startGitWorker({ findCredential, ...options }: GitWorkerOptions): GitWorker {
  const { call, forget, keep, ...rest } = linkWorker(options);
  let logs = 0;
  const remote = (url: string) => ({ url, credential: findCredential?.(url) });

  async function* log({ signal, ...argument }: Parameters<GitPort['log']>[0]) {
    const number = ++logs;
    await call('openLog', { ...argument, log: number }, { signal });
    const read = () => {
      const next = call('next', { log: number }, { signal });
      // Whoever reads may have something else to do when it fails.
      next.catch(() => {});
      return next;
    };
    try {
      let next = read();
      for (let commits = await next; commits !== undefined; commits = await next) {
        next = read();
        yield commits;
      }
    } finally {
      // Where the worker has ended, so has what it read.
      await call('closeLog', { log: number }).catch(() => {});
    }
  }

  return {
    port: {
      fetch: async ({ url, ...listening }) => {
        keep(url);
        const tellsProgress = listening.onProgress !== undefined;
        return call('fetch', { ...remote(url), tellsProgress }, listening);
      },
      log,
      difference: async ({ signal, ...argument }) => call('difference', argument, { signal }),
      details: async ({ signal, ...argument }) => call('details', argument, { signal }),
      maintain: async (url) => call('tend', remote(url)),
      forget,
    },
    check: async () => call('check', {}),
    clear: async (urls) => call('clear', { urls }),
    ...rest,
  };
}
