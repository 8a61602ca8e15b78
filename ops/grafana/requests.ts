import { dashboard } from './dashboard.ts';
import { earlierQueries } from './legacy-queries.ts';
import { graph } from './panels.ts';

const { count, failed, latency } = earlierQueries;

/** The three panels of the earlier program, with its queries as they were. */
export const requests = () =>
  dashboard({
    name: 'requests',
    title: 'Git: requests',
    description:
      'What is asked of the server: how much, how much of it fails, and how long it takes.',
    since: '1h',
    panels: [
      graph({
        title: 'Requests',
        description:
          'How often each route was asked since the server started, whatever it answered.',
        unit: 'short',
        width: 12,
        asked: Object.entries(count),
      }),
      graph({
        title: 'Failed requests',
        description:
          'How many of them were answered 400, 404 or 500 since the server started: a steep line is worth a look at the log.',
        unit: 'short',
        width: 12,
        asked: Object.entries(failed),
      }),
      graph({
        title: 'Latency',
        description:
          'How long an answer takes on average over five minutes. Adding fetches from a remote, so that seconds are usual there; the others take milliseconds.',
        unit: 's',
        width: 24,
        height: 9,
        noValue: 'nobody asked in the last five minutes',
        asked: Object.entries(latency),
      }),
    ],
  });
