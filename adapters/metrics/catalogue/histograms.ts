import type { Metrics } from './metric.ts';

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
