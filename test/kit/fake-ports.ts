import type { Commit, FetchFailed, GitPort, MetricsPort } from '../../domain/index.ts';
import type { ServerStatus } from '../../handlers/contract/ports.ts';

/** What the remote behind a url does: it has commits, fails, breaks git, or never answers. */
type FakeRemote =
  | { readonly commits: readonly Commit[] }
  | { readonly fails: FetchFailed | Promise<FetchFailed> }
  | { readonly throws: Error }
  | 'silent';

export interface FakeGit extends GitPort {
  /** The remotes by url; any other url is `not_found`. */
  readonly remotes: Map<string, FakeRemote>;
  /** The signal of the next fetch that asks a silent remote, once it does. */
  asked(): Promise<AbortSignal>;
}

/** Git without git: a remote is what the test says it is. */
export function createFakeGit(): FakeGit {
  const remotes = new Map<string, FakeRemote>();
  const listeners: ((signal: AbortSignal) => void)[] = [];
  return {
    remotes,
    asked: () => new Promise((resolve) => void listeners.push(resolve)),
    async fetch({ url, signal = new AbortController().signal, onProgress }) {
      onProgress?.({ phase: 'receiving', percent: 50, bytes: 1000 });
      const remote = remotes.get(url);
      if (remote === undefined) return { outcome: 'not_found', detail: 'fatal: not found' };
      if (remote === 'silent') {
        for (const tell of listeners.splice(0)) tell(signal);
        return aborted(signal);
      }
      if ('fails' in remote) return remote.fails;
      if ('throws' in remote) throw remote.throws;
      const tip = remote.commits[0]?.sha ?? null;
      return {
        outcome: 'ok',
        tip,
        defaultBranch: 'main',
        filter: 'tree:0',
        receivedBytes: 1,
        fresh: true,
      };
    },
    async *log({ url }) {
      const remote = remotes.get(url);
      if (typeof remote === 'object' && 'commits' in remote) yield remote.commits;
    },
    difference: async () => undefined,
    details: async ({ sha }) => ({
      body: `Why ${sha.slice(0, 4)}.`,
      authorEmail: 'author@example.org',
      committer: 'A Committer',
      committerEmail: 'committer@example.org',
      trailers: [{ key: 'Signed-off-by', value: 'A Committer <committer@example.org>' }],
      signed: false,
    }),
    maintain: async () => ({ outcome: 'nothing' }),
    async forget() {},
  };
}

async function aborted(signal: AbortSignal): Promise<never> {
  const { promise, reject } = Promise.withResolvers<never>();
  signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  return promise;
}

export interface FakeMetrics extends MetricsPort {
  /** What git was run for, and how it ended: `fetch ok`, `fetch dns`, `log ok`. */
  readonly operations: string[];
  /** `POST /add/{projectname} 200` for each request. */
  readonly requests: string[];
  /** What became of each refresh, and what it changed: `a,b updated +2 -0`. */
  readonly refreshes: string[];
}

/** Metrics that nobody scrapes. */
export function createFakeMetrics(): FakeMetrics {
  const operations: string[] = [];
  const requests: string[] = [];
  const refreshes: string[] = [];
  return {
    operations,
    requests,
    refreshes,
    refreshed: ({ projects, result, change: { added, lost } }) =>
      void refreshes.push(`${projects.join(',')} ${result} +${added} -${lost}`),
    refreshWaited: () => {},
    request: ({ method, endpoint, status }) =>
      void requests.push(`${method} ${endpoint} ${status}`),
    gitOperation: ({ op, failure }) => void operations.push(`${op} ${failure ?? 'ok'}`),
    received: () => {},
    exposition: async () => ({ type: 'text/plain', text: '' }),
  };
}

/** A straight history of that many commits, newest first; `change` makes them what the test needs. */
export function fakeCommits(
  count: number,
  change: (number: number) => Partial<Commit> = () => ({}),
): readonly Commit[] {
  return Array.from({ length: count }, (_, index) => {
    const number = count - index;
    return {
      hash: fakeSha(number).slice(0, 10),
      author: `Author ${number % 3}`,
      date: 'Tue Nov 14 23:13:20 2023 +0100',
      message: `Change ${number}`,
      sha: fakeSha(number),
      authoredAt: 1_700_000_000 + number,
      committedAt: 1_700_000_100 + number,
      parents: number === 1 ? [] : [fakeSha(number - 1)],
      ...change(number),
    };
  });
}

/** The object name of the commit of that number. */
export function fakeSha(number: number): string {
  return number.toString(16).padStart(8, '0').repeat(5);
}

/** Of a server that lacks nothing. */
export const healthyStatus: ServerStatus = {
  git: '2.39.5',
  node: '24.0.0',
  gitWorker: { isUp: true, restarts: 0 },
  startedAt: 1_700_000_000,
  store: { kind: 'sqlite', bytes: 123_456_789 },
  queue: { running: 1, waiting: 2 },
  cache: { bytes: 1_000_000, maxBytes: 134_217_728, asked: 200, hits: 150 },
  disk: { freeBytes: 50e9, neededBytes: 536_870_912 },
};
