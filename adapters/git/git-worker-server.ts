import type { Commit } from '../../domain/commit.ts';
import { fetchError } from '../../domain/fetch-error.ts';
import type { GitPort, Progress } from '../../domain/ports/git-port.ts';
import type { Credential } from './credential.ts';
import { watchServer } from './watch-server.ts';
import {
  serializeError,
  type Answer,
  type Calls,
  type Checked,
  type Request,
  type WorkerSettings,
} from './worker-messages.ts';

/** What a git worker works with. */
export interface GitSide {
  readonly port: GitPort;
  /** What was given for urls, and is to be used for them. */
  readonly credentials: Map<string, Credential>;
  check(): Promise<Checked>;
  clear(urls: readonly string[]): Promise<void>;
  /** Ends every git at once and starts no more. */
  killAll(): void;
  close(): Promise<void>;
}

interface Listening {
  readonly signal: AbortSignal;
  onProgress(progress: Progress): void;
}

type Answers = {
  readonly [Name in keyof Calls]: (
    argument: Parameters<Calls[Name]>[0],
    listening: Listening,
  ) => Promise<ReturnType<Calls[Name]>>;
};

interface OpenLog {
  readonly commits: AsyncIterator<readonly Commit[]>;
  readonly ending: AbortController;
}

/**
 * Makes this process a git worker: it answers whoever has started it, and ends with it.
 * @param assemble makes what it works with, from what it is told first
 */
export function answerCalls(assemble: (settings: WorkerSettings) => Promise<GitSide>): void {
  const assembled = Promise.withResolvers<GitSide>();
  const answers = assembled.promise.then((side) => {
    process.once('exit', side.killAll);
    return answersOf(side);
  });
  // Every call says so.
  answers.catch(() => {});
  const running = new Map<number, AbortController>();
  const tell = (answer: Answer, told = () => {}) =>
    process.send?.(answer, undefined, undefined, told);

  async function perform(id: number, name: keyof Calls, argument: object): Promise<void> {
    const ending = new AbortController();
    running.set(id, ending);
    try {
      // A remote may tell of more progress than anybody can be told of.
      const onProgress = newest((progress: Progress, told) => tell({ id, progress }, told));
      const listening: Listening = { signal: ending.signal, onProgress };
      const value: unknown = await Reflect.apply((await answers)[name], undefined, [
        argument,
        listening,
      ]);
      tell({ id, value });
    } catch (error) {
      tell({ id, error: serializeError(error) });
    } finally {
      running.delete(id);
    }
  }

  let onSign = () => {};
  process.on('message', (request: Request) => {
    onSign();
    if ('watch' in request) onSign = watchServer(process.ppid);
    else if ('ping' in request) tell({ pong: true });
    else if ('settings' in request) assembled.resolve(assemble(request.settings));
    else if ('end' in request) running.get(request.id)?.abort();
    else void perform(request.id, request.call, request.argument);
  });
  process.once('disconnect', () => process.exit());
}

/** Tells one thing after the other; of those that come in the meantime only the last. */
function newest<Told>(tell: (one: Told, told: () => void) => void): (one: Told) => void {
  let isTelling = false;
  let last: { readonly one: Told } | undefined;
  const next = () => {
    if (isTelling || last === undefined) return;
    const { one } = last;
    last = undefined;
    isTelling = true;
    tell(one, () => {
      isTelling = false;
      next();
    });
  };
  return (one) => {
    last = { one };
    next();
  };
}

function answersOf(side: GitSide): Answers {
  const { port, credentials } = side;
  const logs = new Map<number, OpenLog>();
  const remember = (url: string, credential: Credential | undefined) => {
    if (credential === undefined) credentials.delete(url);
    else credentials.set(url, credential);
  };
  return {
    check: side.check,
    fetch: async ({ url, credential, tellsProgress }, { signal, onProgress }) => {
      remember(url, credential);
      return port.fetch({ url, signal, ...(tellsProgress && { onProgress }) });
    },
    openLog: async ({ log, ...request }) => {
      const ending = new AbortController();
      const commits = port.log({ ...request, signal: ending.signal })[Symbol.asyncIterator]();
      logs.set(log, { commits, ending });
    },
    next: async ({ log }, { signal }) => {
      const open = logs.get(log);
      if (open === undefined) throw fetchError('internal', 'there is no such log');
      const end = () => open.ending.abort();
      signal.addEventListener('abort', end, { once: true });
      if (signal.aborted) end();
      const next = await open.commits.next();
      return next.done === true ? undefined : next.value;
    },
    closeLog: async ({ log }) => {
      const open = logs.get(log);
      logs.delete(log);
      open?.ending.abort();
      await open?.commits.return?.();
    },
    difference: async (request, { signal }) => port.difference({ ...request, signal }),
    details: async (request, { signal }) => port.details({ ...request, signal }),
    tend: async ({ url, credential }) => {
      remember(url, credential);
      return port.maintain(url);
    },
    forget: async ({ url }) => {
      credentials.delete(url);
      return port.forget(url);
    },
    clear: async ({ urls }) => side.clear(urls),
    close: async () => {
      side.killAll();
      await side.close();
    },
  };
}
