import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { alerts } from '../../ops/prometheus/alerts.ts';
import { recorded } from '../../ops/prometheus/recording-rules.ts';

const target = z.object({ refId: z.string(), expr: z.string(), instant: z.boolean() });
const source = z.object({ uid: z.string() });
const grid = z.object({ x: z.number(), y: z.number(), w: z.number(), h: z.number() });
const override = z.object({
  properties: z.array(z.object({ id: z.string(), value: z.unknown() })),
});
const panel = z.object({
  id: z.number(),
  type: z.string(),
  title: z.string(),
  description: z.string(),
  datasource: source,
  gridPos: grid,
  targets: z.array(target.extend({ datasource: source })),
  fieldConfig: z.object({
    defaults: z.object({ unit: z.string().optional() }),
    overrides: z.array(override),
  }),
});
const dashboard = z.object({
  uid: z.string(),
  title: z.string(),
  description: z.string(),
  panels: z.array(panel),
  templating: z.object({
    list: z.array(z.object({ type: z.string(), name: z.string(), query: z.string() })),
  }),
  annotations: z.object({
    list: z.array(z.object({ name: z.string(), datasource: source, expr: z.string(), target })),
  }),
});

/** A dashboard as far as tests look at it. */
export type Dashboard = z.output<typeof dashboard>;

const folder = join(import.meta.dirname, '../../ops/grafana/dashboards');

/** The dashboards as they are checked in. */
export function readDashboards(): readonly Dashboard[] {
  return readdirSync(folder).map((name) =>
    dashboard.parse(JSON.parse(readFileSync(join(folder, name), 'utf8'))),
  );
}

/** Something that Prometheus is asked, and by whom. */
export interface Question {
  readonly by: string;
  readonly promql: string;
  /** Of an alert or an annotation, which have nothing to say while all is well and nothing happens. */
  readonly ofEvents: boolean;
  /** Whether it is asked for a time and not for a moment. */
  readonly range: boolean;
}

/** Every question of every panel, variable, annotation and rule, with Grafana's variables in place. */
export function everyQuestion(variables: Readonly<Record<string, string>>): readonly Question[] {
  const fill = (promql: string) =>
    promql.replaceAll(/\$(\w+)/g, (_, name: string) => variables[name] ?? `unknown ${name}`);
  const ofDashboards = readDashboards().flatMap(({ title, panels, templating, annotations }) => [
    ...panels.flatMap((each) =>
      each.targets.map(({ refId, expr, instant }) => ({
        by: `${title}, ${each.title} ${refId}`,
        promql: fill(expr),
        ofEvents: false,
        range: !instant,
      })),
    ),
    ...templating.list
      .filter(({ type }) => type === 'query')
      .map(({ name, query }) => ({
        by: `${title}, $${name}`,
        promql: fill(query.replace(/^label_values\((.+), (\w+)\)$/, 'count by ($2) ($1)')),
        ofEvents: false,
        range: false,
      })),
    ...annotations.list.map(({ name, expr }) => ({
      by: `${title}, annotation ${name}`,
      promql: fill(expr),
      ofEvents: true,
      range: true,
    })),
  ]);
  return [
    ...ofDashboards,
    ...Object.values(recorded).flatMap(({ name, promql }) => [
      { by: name, promql, ofEvents: false, range: false },
      { by: name, promql: name, ofEvents: false, range: false },
    ]),
    ...alerts.map(({ name, promql }) => ({ by: name, promql, ofEvents: true, range: false })),
  ];
}
