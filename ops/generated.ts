import { dashboardFiles } from './grafana/dashboards.ts';
import { ruleFiles } from './prometheus/rule-files.ts';

/** Every file that is made from code and checked in all the same, by its path below this folder. */
export function generated(): ReadonlyMap<string, string> {
  return new Map([
    ...[...ruleFiles()].map(([name, text]) => [`prometheus/rules/${name}`, text] as const),
    ...[...dashboardFiles()].map(([name, text]) => [`grafana/dashboards/${name}`, text] as const),
  ]);
}
