import type { Metrics } from './metric.ts';

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
