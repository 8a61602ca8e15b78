import type { counters } from './counters.ts';
import type { gauges } from './gauges.ts';
import type { histograms } from './histograms.ts';
import type { Metrics } from './metric.ts';

export { counters, processCounters } from './counters.ts';
export { gauges, processGauges } from './gauges.ts';
export { histograms } from './histograms.ts';
export type { Metric } from './metric.ts';

type LabelsOf<Group extends Metrics> = Group[keyof Group]['labelNames'][number];

/** Every label that a metric of the program has. */
export type Label =
  LabelsOf<typeof counters> | LabelsOf<typeof gauges> | LabelsOf<typeof histograms>;
