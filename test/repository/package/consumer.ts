/** A program of somebody who installed the package: own ports, the domain's use-cases. Prints what it saw as JSON. */
import {
  addProject,
  DomainError,
  type Commit,
  type GitPort,
  type History,
  type MetricsPort,
  type Project,
  type QueuePort,
  type StorePort,
} from 'git-monitoring-server/domain';

const commit: Commit = {
  hash: '1234567890',
  author: 'Ada',
  date: 'Thu Jan 1 00:00:00 1970 +0000',
  message: 'Begin',
  sha: '1234567890'.repeat(4),
  authoredAt: 0,
  committedAt: 0,
  parents: [],
};

const git: GitPort = {
  fetch: () =>
    Promise.resolve({
      outcome: 'ok',
      tip: commit.sha,
      defaultBranch: 'main',
      filter: 'tree:0',
      receivedBytes: 100,
      fresh: true,
    }),
  async *log() {
    yield [commit];
  },
  difference: () => Promise.resolve(undefined),
  details: () =>
    Promise.resolve({
      body: '',
      authorEmail: '',
      committer: '',
      committerEmail: '',
      trailers: [],
      signed: false,
    }),
  maintain: () => Promise.resolve({ outcome: 'nothing' }),
  forget: () => Promise.resolve(),
};

const histories = new Map<string, { history: History; commits: Commit[] }>();
const named = new Map<string, Project>();

const store: StorePort = {
  projects: () => Promise.resolve([...named.values()]),
  project: (name) => Promise.resolve(named.get(name)),
  commits: (name, { from, limit }) => {
    const project = named.get(name);
    if (project === undefined) return Promise.resolve(undefined);
    const { commits } = histories.get(project.url) ?? { commits: [] };
    return Promise.resolve({ project, commits: commits.slice(from?.skip ?? 0).slice(0, limit) });
  },
  search: () => Promise.resolve(undefined),
  commitsByPrefix: () => Promise.resolve(undefined),
  authors: () => Promise.resolve({ total: 0, most: [] }),
  commitCounts: () => Promise.resolve({ days: [], hours: [] }),
  history: (name) => {
    const project = named.get(name);
    if (project === undefined) return Promise.resolve(undefined);
    const { commits } = histories.get(project.url) ?? { commits: [] };
    return Promise.resolve({
      project,
      async *commits() {
        yield commits;
      },
    });
  },
  saveHistory: async (history, batches) => {
    const commits: Commit[] = [];
    for await (const batch of batches) commits.push(...batch);
    histories.set(history.url, { history, commits });
    return { added: commits.length, lost: 0 };
  },
  saveProject: ({ name, url }) => {
    const kept = histories.get(url);
    if (kept === undefined) return Promise.resolve('no_history');
    const { tip, defaultBranch, at, tipChangedAt, nextRefreshAt } = kept.history;
    const project: Project = {
      name,
      addedAt: null,
      url,
      state: 'up',
      commits: kept.commits.length,
      tip,
      defaultBranch,
      tipCommittedAt: kept.commits[0]?.committedAt ?? null,
      lastAttemptAt: at,
      lastSuccessAt: at,
      lastOutcome: 'ok',
      failures: 0,
      tipChangedAt,
      nextRefreshAt,
      activity: null,
    };
    named.set(name, project);
    return Promise.resolve({ project, replaced: undefined });
  },
  reserveProject: () => Promise.resolve('reserved'),
  saveFailure: () => Promise.resolve(),
  beginAttempt: () => Promise.resolve({ names: [], facts: undefined }),
  dropAttempt: () => Promise.resolve(),
  openAttempts: () => Promise.resolve([]),
  touchHistory: () => Promise.resolve(),
  extendHistory: () => Promise.resolve('too_different'),
  namesOf: () => Promise.resolve([]),
  findHistory: () => Promise.resolve(undefined),
  due: () => Promise.resolve([]),
  rewrites: () => Promise.resolve({ total: 0, rewrites: [] }),
  rewriteTo: () => Promise.resolve(undefined),
  lostCommits: () => Promise.resolve([]),
  check: () => Promise.resolve(),
  close: () => Promise.resolve(),
  removeProject: (name) => {
    const url = named.get(name)?.url;
    named.delete(name);
    return Promise.resolve(url);
  },
  dropHistory: (url) => Promise.resolve(histories.delete(url)),
};

const queue: QueuePort = {
  runExclusive: (_turn, work) => work(),
  schedule: (_job, work) => work(new AbortController().signal).then(() => true),
  singleFlight: (_key, work) => work(new AbortController().signal),
  runIfIdle: (_key, work) => work(),
  isRunning: () => false,
};

const seen: string[] = [];
const metrics: MetricsPort = {
  request: () => {},
  gitOperation: ({ op }) => void seen.push(op),
  refreshed: () => {},
  refreshWaited: () => {},
  received: ({ filter, receivedBytes }) => void seen.push(`${filter} ${receivedBytes}`),
  exposition: () => Promise.resolve({ type: 'text/plain', text: '' }),
};

const ports = { git, store, queue, metrics };
const added = await addProject(ports, { name: 'mine', url: 'https://example.org/mine.git' });
const refused: unknown = await addProject(ports, { name: 'other', url: 'ftp://example.org' }).catch(
  (error: unknown) => error,
);
const page = await store.commits('mine', { limit: 10 });

console.log(
  JSON.stringify({
    added,
    refused: refused instanceof DomainError ? refused.code : 'something else',
    messages: page === 'moved' ? [] : page?.commits.map(({ message }) => message),
  }),
);
