import { toYaml, type Value } from '../yaml.ts';
import { alerts, runbook } from './alerts.ts';
import { recorded } from './recording-rules.ts';

const head = '# Made by `npm run generate` from ops/prometheus/*.ts; change those.';

/** The files of rules that Prometheus reads, by name. */
export function ruleFiles(): ReadonlyMap<string, string> {
  return new Map([
    [
      'recording.yml',
      file(
        'gitmon-recorded',
        Object.values(recorded).map(({ name, promql }) => ({ record: name, expr: promql })),
      ),
    ],
    [
      'alerts.yml',
      file(
        'gitmon-alerts',
        alerts.map((alert) => ({
          alert: alert.name,
          expr: alert.promql,
          for: alert.for,
          labels: { severity: alert.severity },
          annotations: {
            summary: alert.summary,
            description: alert.description,
            runbook_url: runbook(alert),
          },
        })),
      ),
    ],
  ]);
}

function file(name: string, rules: readonly Value[]): string {
  return `${head}${toYaml({ groups: [{ name, rules }] })}`;
}
