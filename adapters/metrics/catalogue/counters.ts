import type { Metrics } from './metric.ts';

/** What only grows. */
export const counters = {
  requests: {
    // The names of this one and of its label values are those of the earlier program, whose dashboards must hold.
    name: 'request_count_total',
    help: 'API Request Count',
    labelNames: ['app_name', 'method', 'endpoint', 'http_status'],
  },
  gitErrors: {
    name: 'gitmon_git_errors_total',
    help: 'Runs of git that failed, by what for and how.',
    labelNames: ['op', 'reason'],
  },
  gitWorkerRestarts: {
    name: 'gitmon_git_worker_restarts_total',
    help: 'Processes that run git which were started in the place of one that had ended or hung.',
    labelNames: [],
  },
  receivedBytes: {
    name: 'gitmon_git_received_bytes_total',
    help: 'Bytes that remotes sent in fetches that succeeded, by what they left out.',
    labelNames: ['filter'],
  },
  cacheRequests: {
    name: 'gitmon_cache_requests_total',
    help: 'Looks into the cache of ready answers by result: hit, miss, too_large (never kept).',
    labelNames: ['cache', 'result'],
  },
  refreshes: {
    name: 'gitmon_refreshes_total',
    help: 'Refreshes by project and result: unchanged, updated, rewritten (commits were lost), failed.',
    labelNames: ['project', 'result'],
  },
  rewrites: {
    name: 'gitmon_history_rewrites_total',
    help: 'Refreshes that found commits gone, as after a forced push.',
    labelNames: ['project'],
  },
  commitsLost: {
    name: 'gitmon_commits_lost_total',
    help: 'Commits that refreshes found gone.',
    labelNames: ['project'],
  },
  commitsObserved: {
    name: 'gitmon_commits_observed_total',
    help: 'Commits that refreshes found new.',
    labelNames: ['project'],
  },
} as const satisfies Metrics;

/** Counters that prom-client brings by itself, as far as panels show them. */
export const processCounters = {
  cpuSeconds: {
    name: 'process_cpu_seconds_total',
    help: 'Total user and system CPU time spent in seconds.',
    labelNames: [],
  },
} as const satisfies Metrics;
