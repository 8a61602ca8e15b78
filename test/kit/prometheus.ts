import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ExecutionContext } from 'ava';
import { startDaemon } from './daemon.ts';
import { connectPrometheus, job, type Prometheus } from './prometheus-client.ts';
import { temporaryDirectory } from './temporary-directory.ts';

/**
 * Starts a real Prometheus for one test, on a free port and with a directory of its own, which scrapes `target` (a url)
 * every second, and waits until it has done so.
 */
export async function startPrometheus(
  t: Pick<ExecutionContext, 'teardown'>,
  {
    path,
    target,
    rules = [],
  }: {
    readonly path: string;
    readonly target: string;
    /** Files of rules, evaluated every second. */
    readonly rules?: readonly string[] | undefined;
  },
): Promise<Prometheus> {
  const directory = await temporaryDirectory(t);
  const config = join(directory, 'prometheus.yml');
  await writeFile(config, render(target, rules));
  const origin = await startDaemon(
    t,
    path,
    [
      `--config.file=${config}`,
      `--storage.tsdb.path=${join(directory, 'data')}`,
      '--web.listen-address=127.0.0.1:0',
      // Else a sample's time may be that of a scrape as it was planned, 2 ms after it really began.
      '--no-scrape.adjust-timestamps',
    ],
    'Server is ready',
  );

  const prometheus = connectPrometheus(origin);
  await prometheus.scraped();
  return prometheus;
}

function render(target: string, rules: readonly string[]): string {
  const { host } = new URL(target);
  return `global:
  scrape_interval: 1s
  scrape_timeout: 1s
  evaluation_interval: 1s
rule_files: ${JSON.stringify(rules)}
scrape_configs:
  - job_name: ${job}
    static_configs:
      - targets: ['${host}']
`;
}
