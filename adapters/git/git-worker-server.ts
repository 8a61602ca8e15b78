import type { GitPort } from '../../domain/ports/git-port.ts';
import type { MethodName } from '../rpc/messages.ts';
import { createRpcServer } from '../rpc/server.ts';
import type { Credential } from './credential.ts';
import type {
  CheckedGit,
  GitWorkerMethods,
  WorkerRequest,
  WorkerResponse,
  WorkerSettings,
} from './git-worker-api.ts';
import { watchServer } from './watch-server.ts';
import { createLogMethods } from './log-methods.ts';

/** Git in this process, with all that runs it. */
export interface LocalGit {
  readonly port: GitPort;
  /** What was given for urls, and is to be used for them. */
  readonly credentials: Map<string, Credential>;
  check(): Promise<CheckedGit>;
  clear(urls: readonly string[]): Promise<void>;
  /** Ends every git at once and starts no more. */
  killAll(): void;
  close(): Promise<void>;
}

/**
 * Makes this process a git worker: it answers the process that has started it, and ends with it.
 * @param open makes what runs git, from the settings that come first
 */
export function serveGit(open: (settings: WorkerSettings) => Promise<LocalGit>): void {
  const opened = Promise.withResolvers<LocalGit>();
  const methods = opened.promise.then((git) => {
    process.once('exit', git.killAll);
    return methodsOf(git);
  });
  // Every call rejects with it.
  methods.catch(() => {});
  const send = (message: WorkerResponse, sent: () => void) =>
    process.send?.(message, undefined, undefined, sent);
  const receive = createRpcServer<MethodName<GitWorkerMethods>>(
    async ({ method, args }) => Reflect.apply((await methods)[method], undefined, args),
    send,
  );

  let onMessage = () => {};
  process.on('message', (request: WorkerRequest) => {
    onMessage();
    if ('watch' in request) onMessage = watchServer(request.watch);
    else if ('ping' in request) send({ pong: true }, () => {});
    else if ('settings' in request) opened.resolve(open(request.settings));
    else receive(request);
  });
  process.once('disconnect', () => process.exit());
}

function methodsOf({ port, credentials, killAll, ...own }: LocalGit): GitWorkerMethods {
  const setCredential = (url: string, credential: Credential | undefined) => {
    if (credential === undefined) credentials.delete(url);
    else credentials.set(url, credential);
  };
  return {
    ...port,
    ...createLogMethods(port),
    fetch: ({ credential, ...request }) => {
      setCredential(request.url, credential);
      return port.fetch(request);
    },
    maintain: ({ url, credential }) => {
      setCredential(url, credential);
      return port.maintain(url);
    },
    forget: (url) => {
      credentials.delete(url);
      return port.forget(url);
    },
    ...own,
    close: async () => {
      killAll();
      await own.close();
    },
  };
}
