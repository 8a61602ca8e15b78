/** A metric as it is registered, and as rules and panels ask for it. */
export interface Metric<Name extends string = string> {
  readonly name: string;
  readonly help: string;
  readonly labelNames: readonly Name[];
}

type Metrics = Readonly<Record<string, Metric>>;

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

/** What is so at the time of a scrape. */
export const gauges = {
  buildInfo: {
    name: 'gitmon_build_info',
    help: 'Always 1; the labels tell the versions of the program and of Node.js.',
    labelNames: ['version', 'node_version'],
  },
  projects: {
    name: 'gitmon_projects',
    help: 'Projects by state: up, failing (the last fetch failed), pending (no history yet).',
    labelNames: ['state'],
  },
  projectsLimit: {
    name: 'gitmon_projects_limit',
    help: 'How many projects there may be.',
    labelNames: [],
  },
  projectInfo: {
    name: 'gitmon_project_info',
    help: 'Always 1; the labels tell where a project comes from.',
    labelNames: ['project', 'host', 'default_branch'],
  },
  commits: {
    name: 'gitmon_commits',
    help: 'Commits reachable from the tip of the default branch.',
    labelNames: ['project'],
  },
  headCommittedAt: {
    name: 'gitmon_head_commit_timestamp_seconds',
    help: 'When the newest commit was committed, in epoch seconds.',
    labelNames: ['project'],
  },
  upstreamUp: {
    name: 'gitmon_upstream_up',
    help: 'Whether the last attempt to fetch the repository succeeded, 1 or 0.',
    labelNames: ['project'],
  },
  lastAttemptAt: {
    name: 'gitmon_last_attempt_timestamp_seconds',
    help: 'When the repository was last asked for news, in epoch seconds.',
    labelNames: ['project'],
  },
  lastSuccessAt: {
    name: 'gitmon_last_success_timestamp_seconds',
    help: 'When the repository last answered, in epoch seconds.',
    labelNames: ['project'],
  },
  nextRefreshAt: {
    name: 'gitmon_next_refresh_timestamp_seconds',
    help: 'When the repository is to be asked for news again, in epoch seconds.',
    labelNames: ['project'],
  },
  refreshInterval: {
    name: 'gitmon_refresh_interval_seconds',
    help: 'From the last attempt to the next one, in seconds.',
    labelNames: ['project'],
  },
  authors: {
    name: 'gitmon_authors',
    help: 'People who wrote the commits of the last 7, 30 and 90 days, as of the last refresh.',
    labelNames: ['project', 'window'],
  },
  commitGap: {
    name: 'gitmon_commit_gap_seconds',
    help: 'Usual time between two commits, of the newest 1,000, in seconds: median and 95th percentile.',
    labelNames: ['project', 'stat'],
  },
  gitWorkerUp: {
    name: 'gitmon_git_worker_up',
    help: 'Whether the process that runs git answers, 1 or 0.',
    labelNames: [],
  },
  queueDepth: {
    name: 'gitmon_refresh_queue_depth',
    help: 'Refreshes that wait for their turn.',
    labelNames: [],
  },
} as const satisfies Metrics;

/** What is counted by how much it was. */
export const histograms = {
  requestSeconds: {
    name: 'request_latency_seconds',
    help: 'API Request latency',
    labelNames: ['app_name', 'endpoint'],
  },
  gitSeconds: {
    name: 'gitmon_git_operation_duration_seconds',
    help: 'How long work of git took, in seconds, whether it succeeded or not: fetch, log with keeping what it read, repack.',
    labelNames: ['op'],
  },
  storeSeconds: {
    name: 'gitmon_store_operation_duration_seconds',
    help: 'How long calls of the store took, in seconds, by operation.',
    labelNames: ['op'],
  },
  detectionDelay: {
    name: 'gitmon_detection_delay_seconds',
    help: 'From the committer date of the newest commit to the refresh that found it, in seconds.',
    labelNames: [],
  },
  refreshWait: {
    name: 'gitmon_refresh_wait_seconds',
    help: 'How long refreshes waited for their turn after their time had come, in seconds.',
    labelNames: [],
  },
} as const satisfies Metrics;

/** Gauges that prom-client brings by itself, as far as panels show them. */
export const processGauges = {
  startedAt: {
    name: 'process_start_time_seconds',
    help: 'Start time of the process since unix epoch in seconds.',
    labelNames: [],
  },
  residentBytes: {
    name: 'process_resident_memory_bytes',
    help: 'Resident memory size in bytes.',
    labelNames: [],
  },
  heapUsedBytes: {
    name: 'nodejs_heap_size_used_bytes',
    help: 'Process heap size used from Node.js in bytes.',
    labelNames: [],
  },
  heapTotalBytes: {
    name: 'nodejs_heap_size_total_bytes',
    help: 'Process heap size from Node.js in bytes.',
    labelNames: [],
  },
  externalBytes: {
    name: 'nodejs_external_memory_bytes',
    help: 'Node.js external memory size in bytes.',
    labelNames: [],
  },
  eventLoopLagP50: {
    name: 'nodejs_eventloop_lag_p50_seconds',
    help: 'The 50th percentile of the recorded event loop delays.',
    labelNames: [],
  },
  eventLoopLagP99: {
    name: 'nodejs_eventloop_lag_p99_seconds',
    help: 'The 99th percentile of the recorded event loop delays.',
    labelNames: [],
  },
  openFiles: {
    name: 'process_open_fds',
    help: 'Number of open file descriptors.',
    labelNames: [],
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

type LabelsOf<Group extends Metrics> = Group[keyof Group]['labelNames'][number];

/** Every label that a metric of the program has. */
export type Label =
  LabelsOf<typeof counters> | LabelsOf<typeof gauges> | LabelsOf<typeof histograms>;
