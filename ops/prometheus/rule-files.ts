import { stringify } from 'yaml';
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

/** Prometheus reads YAML 1.1, in which more texts need quotes; lines are not folded, so that an expression stays whole. */
function file(name: string, rules: readonly object[]): string {
  const options = { version: '1.1', singleQuote: true, lineWidth: 0 } as const;
  return `${head}\n${stringify({ groups: [{ name, rules }] }, options)}`;
}
