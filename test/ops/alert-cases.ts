/** What a promtool test is of. */
export interface AlertCase {
  readonly alert: string;
  readonly title: string;
  /** What each series is, minute by minute, in promtool's notation: `0+1x3` is 0 1 2 3. */
  readonly series: Readonly<Record<string, string>>;
  /** When it is looked whether the alert fires, such as `10m`. */
  readonly at: string;
  /** Every alert that fires then; none where it has to be silent. */
  readonly fires: readonly {
    readonly labels: Readonly<Record<string, string>>;
    readonly summary: string;
    readonly description: string;
  }[];
}

const job = 'git-monitoring-server';
const one = `job="${job}",instance="one:5000"`;
const two = `job="${job}",instance="two:5000"`;
const counted = (endpoint: string, status: number) =>
  `request_count_total{${one},app_name="server",method="GET",endpoint="${endpoint}",http_status="${status}"}`;
const adds = (le: string) =>
  `request_latency_seconds_bucket{${one},app_name="server",endpoint="/add/{projectname}",le="${le}"}`;
const upstream = (project: string, replica = one) =>
  `gitmon_upstream_up{${replica},project="${project}"}`;
const head = `gitmon_head_commit_timestamp_seconds{${one},project="red"}`;
const gap = `gitmon_commit_gap_seconds{${one},project="red",stat="p95"}`;
const due = (replica = one) => `gitmon_next_refresh_timestamp_seconds{${replica},project="red"}`;
const rewrites = (replica = one) => `gitmon_history_rewrites_total{${replica},project="red"}`;
const depth = `gitmon_refresh_queue_depth{${one}}`;
const projects = (state: string, replica = one) => `gitmon_projects{${replica},state="${state}"}`;
const limit = (replica = one) => `gitmon_projects_limit{${replica}}`;

const down = 'The git monitoring server does not answer Prometheus.';
const failing = 'The server fails to answer requests.';
const slow = 'Adding repositories is slow.';
const unreachable = 'Most repositories cannot be fetched.';
const growing = 'More repositories wait to be refreshed than are.';
const full = 'There is hardly room for more projects.';

const fires: readonly AlertCase[] = [
  {
    alert: 'GitmonServerDown',
    title: 'a server that has not answered for three minutes',
    series: { [`up{${one}}`]: '1x4 0x10', [`up{${two}}`]: '1x20' },
    at: '8m',
    fires: [
      {
        labels: { job, instance: 'one:5000', severity: 'critical' },
        summary: down,
        description:
          'No metrics came from one:5000 for two minutes: nobody can read histories there, and no repository is refreshed.',
      },
    ],
  },
  {
    alert: 'GitmonServerDown',
    title: 'no server that is asked at all',
    series: { 'up{job="prometheus"}': '1x20' },
    at: '8m',
    fires: [
      {
        labels: { job, severity: 'critical' },
        summary: down,
        description:
          'No metrics came from any server for two minutes: nobody can read histories there, and no repository is refreshed.',
      },
    ],
  },
  {
    alert: 'GitmonErrorRatioHigh',
    title: 'one failed request in ten',
    series: {
      [counted('/list/{projectname}', 500)]: '0+6x30',
      [counted('/list/{projectname}', 200)]: '0+54x30',
      [counted('/metrics', 200)]: '0+1000x30',
    },
    at: '20m',
    fires: [
      {
        labels: { job, severity: 'critical' },
        summary: failing,
        description:
          '10% of the requests of the last five minutes were answered 5xx, apart from /add.',
      },
    ],
  },
  {
    alert: 'GitmonAddsSlow',
    title: 'adds of half a minute to a minute',
    series: { [adds('30')]: '0x60', [adds('60')]: '0+2x60', [adds('+Inf')]: '0+2x60' },
    at: '30m',
    fires: [
      {
        labels: { job, severity: 'warning' },
        summary: slow,
        description:
          'One request in twenty to /add took more than 58.5s, over the last 15 minutes.',
      },
    ],
  },
  {
    alert: 'GitmonUpstreamDown',
    title: 'a repository that two replicas cannot fetch, once',
    series: {
      [upstream('red')]: '0x60',
      [upstream('red', two)]: '0x60',
      [upstream('blue')]: '1x60',
    },
    at: '40m',
    fires: [
      {
        labels: { project: 'red', severity: 'warning' },
        summary: 'The repository of red cannot be fetched.',
        description:
          'Every attempt to fetch red failed for half an hour; its history is shown as of the last success.',
      },
    ],
  },
  {
    alert: 'GitmonMostUpstreamsDown',
    title: 'two of three repositories that cannot be fetched',
    series: { [upstream('red')]: '0x60', [upstream('blue')]: '0x60', [upstream('green')]: '1x60' },
    at: '15m',
    fires: [
      {
        labels: { severity: 'critical' },
        summary: unreachable,
        description:
          '66.67% of all repositories cannot be fetched, so that the reason is likely to be with this server: its network, name service, proxy or certificates.',
      },
    ],
  },
  {
    alert: 'GitmonRefreshStale',
    title: 'a refresh that is 1,600 seconds overdue, once for two replicas',
    series: { [due()]: '-1000x30', [due(two)]: '-1000x30' },
    at: '10m',
    fires: [
      {
        labels: { project: 'red', severity: 'warning' },
        summary: 'red is not refreshed any more.',
        description:
          'The refresh of red is 26m 40s overdue: nobody has tried to fetch it since, well or not.',
      },
    ],
  },
  {
    alert: 'GitmonHistoryRewritten',
    title: 'a rewrite five minutes ago, once for two replicas',
    series: { [rewrites()]: '0x10 1x100', [rewrites(two)]: '0x10 1x100' },
    at: '15m',
    fires: [
      {
        labels: { project: 'red', severity: 'info' },
        summary: 'The history of red was rewritten.',
        description:
          'Commits of the default branch of red are gone since less than an hour ago, as after a forced push.',
      },
    ],
  },
  {
    alert: 'GitmonUnusualSilence',
    title: 'nearly six days where gaps are of a day at the most',
    series: { [head]: '-500000x100', [gap]: '100000x100', [upstream('red')]: '1x100' },
    at: '70m',
    fires: [
      {
        labels: { project: 'red', severity: 'info' },
        summary: 'red is silent for unusually long.',
        description:
          'The newest commit of red is 5d 20h 3m 20s old, more than four times the longest gaps that are usual there.',
      },
    ],
  },
  {
    alert: 'GitmonQueueGrowing',
    title: 'a queue that is one longer each minute',
    series: { [depth]: '20+1x90' },
    at: '60m',
    fires: [
      {
        labels: { job, severity: 'warning' },
        summary: growing,
        description:
          'The queue of refreshes was never below ten in half an hour and grows by 16.67m a second: news arrives late.',
      },
    ],
  },
  {
    alert: 'GitmonProjectsNearLimit',
    title: '460 of 500 projects, which two replicas tell of',
    series: Object.fromEntries(
      [one, two].flatMap((replica) => [
        [projects('up', replica), '450x60'],
        [projects('failing', replica), '10x60'],
        [projects('pending', replica), '0x60'],
        [limit(replica), '500x60'],
      ]),
    ),
    at: '30m',
    fires: [
      {
        labels: { job, severity: 'warning' },
        summary: full,
        description:
          '92% of the projects that there may be exist; beyond that, adding one is refused.',
      },
    ],
  },
];

const silent = (
  alert: string,
  title: string,
  series: Readonly<Record<string, string>>,
  at: string,
): AlertCase => ({ alert, title, series, at, fires: [] });

/** Every case: each alert where it has to fire, and where it must not. */
export const alertCases: readonly AlertCase[] = [
  ...fires,
  silent('GitmonServerDown', 'a scrape that failed', { [`up{${one}}`]: '1x4 0 1x20' }, '6m'),
  silent(
    'GitmonErrorRatioHigh',
    'remotes that fail, and health checks',
    {
      [counted('/add/{projectname}', 500)]: '0+60x30',
      [counted('/readyz', 503)]: '0+60x30',
      [counted('/list/{projectname}', 200)]: '0+6x30',
      [counted('/list/{projectname}', 404)]: '0+6x30',
    },
    '20m',
  ),
  silent(
    'GitmonErrorRatioHigh',
    'one failed request in a hundred',
    {
      [counted('/list/{projectname}', 500)]: '0+1x30',
      [counted('/list/{projectname}', 200)]: '0+99x30',
    },
    '20m',
  ),
  silent(
    'GitmonErrorRatioHigh',
    'a server that nobody asks for anything',
    {
      [counted('/list/{projectname}', 500)]: '3x30',
      [counted('/list/{projectname}', 200)]: '5x30',
    },
    '20m',
  ),
  silent(
    'GitmonAddsSlow',
    'adds of less than half a minute',
    { [adds('10')]: '0+1x60', [adds('30')]: '0+2x60', [adds('+Inf')]: '0+2x60' },
    '30m',
  ),
  silent(
    'GitmonUpstreamDown',
    'a repository that one of two replicas can fetch',
    { [upstream('red')]: '0x60', [upstream('red', two)]: '1x60' },
    '40m',
  ),
  silent('GitmonUpstreamDown', 'twenty minutes', { [upstream('red')]: '1x5 0x20 1x30' }, '25m'),
  silent(
    'GitmonMostUpstreamsDown',
    'one of three',
    { [upstream('red')]: '0x60', [upstream('blue')]: '1x60', [upstream('green')]: '1x60' },
    '15m',
  ),
  silent(
    'GitmonMostUpstreamsDown',
    'both of two, of which each has an alert of its own',
    { [upstream('red')]: '0x60', [upstream('blue')]: '0x60' },
    '15m',
  ),
  silent('GitmonRefreshStale', 'ten minutes', { [due()]: '-600+60x60' }, '30m'),
  silent(
    'GitmonRefreshStale',
    'a replica that is behind another one',
    { [due()]: '-2000x60', [due(two)]: '45+60x60' },
    '30m',
  ),
  silent('GitmonHistoryRewritten', 'an hour later', { [rewrites()]: '0x10 1x100' }, '80m'),
  silent('GitmonHistoryRewritten', 'rewrites of long ago', { [rewrites()]: '3x100' }, '15m'),
  silent('GitmonHistoryRewritten', 'a restart', { [rewrites()]: '3x10 0x90' }, '15m'),
  ...(
    [
      ['a weekend', -200_000, 1000, 1],
      ['what is usual there', -500_000, 200_000, 1],
      ['a hundred days', -8_640_000, 1000, 1],
      ['a repository that cannot be fetched', -500_000, 100_000, 0],
      ['a commit of tomorrow', 86_400, 1000, 1],
    ] as const
  ).map(([title, committed, usual, up]) =>
    silent(
      'GitmonUnusualSilence',
      title,
      { [head]: `${committed}x100`, [gap]: `${usual}x100`, [upstream('red')]: `${up}x100` },
      '70m',
    ),
  ),
  silent('GitmonQueueGrowing', 'a long queue that grows no longer', { [depth]: '50x90' }, '60m'),
  silent(
    'GitmonQueueGrowing',
    'one that gets empty now and then',
    { [depth]: '0 30+1x28 0 30+1x60' },
    '55m',
  ),
  silent('GitmonQueueGrowing', 'a short one', { [depth]: '0x80 1 2 3 4 5' }, '85m'),
  silent(
    'GitmonProjectsNearLimit',
    '440 of 500',
    { [projects('up')]: '400x60', [projects('failing')]: '40x60', [limit()]: '500x60' },
    '30m',
  ),
];
