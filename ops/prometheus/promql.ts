import type { Label, Metric } from '../../adapters/metrics/catalogue/index.ts';

/** What Prometheus calls the server; `prometheus.yml.tftpl` sets it. */
export const job = 'git-monitoring-server';

/** Labels that are not the program's: of the scrape, of histograms, of alerts. */
type AddedLabel = 'job' | 'instance' | 'le';

/** A value that a label has, or a pattern that it matches or does not match from end to end. */
type Matcher = string | { readonly like: string } | { readonly unlike: string };

/** The series of a metric: `gitmon_commits{project="spark"}`. */
export function select<Own extends string>(
  { name }: Metric<Own>,
  where?: Readonly<Partial<Record<Own | AddedLabel, Matcher>>>,
): string {
  const matchers = Object.entries<Matcher | undefined>(where ?? {}).flatMap(([label, matcher]) =>
    matcher === undefined ? [] : [`${label}${operation(matcher)}`],
  );
  return matchers.length === 0 ? name : `${name}{${matchers.join(', ')}}`;
}

function operation(matcher: Matcher): string {
  if (typeof matcher === 'string') return `=${JSON.stringify(matcher)}`;
  return 'like' in matcher
    ? `=~${JSON.stringify(matcher.like)}`
    : `!~${JSON.stringify(matcher.unlike)}`;
}

/** The buckets of a histogram. */
export function bucketsOf<Own extends string>(histogram: Metric<Own>): Metric<Own> {
  return { ...histogram, name: `${histogram.name}_bucket` };
}

/** The sum of what a histogram was told. */
export function sumOf<Own extends string>(histogram: Metric<Own>): Metric<Own> {
  return { ...histogram, name: `${histogram.name}_sum` };
}

/** Takes series together that have these labels in common. */
export function by(
  how: 'sum' | 'max' | 'min' | 'count',
  labels: readonly (Label | AddedLabel)[],
  promql: string,
): string {
  return `${how} by (${labels.join(', ')}) (${promql})`;
}

/** What is so of a project, whichever replica tells of it. */
export function ofProject(promql: string): string {
  return by('max', ['project'], promql);
}

/** How fast a counter grows each second, over the window that Grafana finds right unless another one is given. */
export function rate(counter: string, window = '$__rate_interval'): string {
  return `rate(${counter}[${window}])`;
}

/** By how much a counter grew over a window. */
export function increase(counter: string, window: string): string {
  return `increase(${counter}[${window}])`;
}

/** What that part of everything is not longer than, from buckets that still have their `le`. */
export function quantile(part: number, buckets: string): string {
  return `histogram_quantile(${part}, ${buckets})`;
}
