import type { GitPort } from '../../domain/ports/git-port.ts';
import type { FindCredential } from './credential.ts';
import type { CheckedGit } from './git-worker-api.ts';
import { readRemoteLog } from './log-methods.ts';
import { UnusableGit } from './open-git.ts';
import { superviseWorker, type SupervisorOptions, type WorkerStatus } from './worker-supervisor.ts';

interface GitWorkerOptions extends SupervisorOptions {
  readonly findCredential?: FindCredential | undefined;
}

/** Git in a process of its own. */
export interface GitWorker {
  readonly port: GitPort;
  /**
   * Finds out whether git can be trusted with strangers' repositories, by running it.
   * @throws UnusableGit
   */
  check(): Promise<CheckedGit>;
  /** Removes what is left over of earlier fetches, and every mirror but those of these urls. */
  clear(urls: readonly string[]): Promise<void>;
  status(): WorkerStatus;
  /** Has the process kill this one from now on where its main thread hangs. */
  watch(): void;
  /** Ends every git and the process; nothing more can be asked. */
  close(): Promise<void>;
  /** Kills the process, whatever it does, so that every call fails at once; `close` then ends what it leaves. */
  kill(): void;
  /** Has them end, and does not wait for it. */
  disconnect(): void;
}

/**
 * Has git run by a process that does little else. To start a program node forks, which takes the longer the more memory it
 * has, and what git and remotes say has to be passed on and read: whoever asks for pages would wait for all of that.
 */
export function startGitWorker({ findCredential, ...options }: GitWorkerOptions): GitWorker {
  const { call, forget, keep, ...lifecycle } = superviseWorker(options);
  let logs = 0;
  const credentialOf = (url: string) => ({ credential: findCredential?.(url) });
  return {
    port: {
      fetch: async (request) => {
        keep(request.url);
        return call('fetch', [{ ...request, ...credentialOf(request.url) }]);
      },
      log: (request) =>
        readRemoteLog(
          {
            openLog: (opened) => call('openLog', [opened]),
            readLog: (read) => call('readLog', [read]),
            closeLog: (closed) => call('closeLog', [closed]),
          },
          ++logs,
          request,
        ),
      difference: (request) => call('difference', [request]),
      details: (request) => call('details', [request]),
      maintain: (url) => call('maintain', [{ url, ...credentialOf(url) }]),
      forget,
    },
    check: () => call('check', []).catch(throwUnusable),
    clear: (urls) => call('clear', [urls]),
    ...lifecycle,
  };
}

/** Only the name of a class of errors comes from another process. */
function throwUnusable(error: Error): never {
  throw error.name === 'UnusableGit' ? new UnusableGit(error.message) : error;
}
