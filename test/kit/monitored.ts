import type { ExecutionContext } from 'ava';
import { debianProgram } from './debian-package.ts';
import type { GitServer } from './git-server.ts';
import { startPrometheus } from './prometheus.ts';
import { startedApp } from './running-server.ts';
import { createTraffic } from './traffic.ts';

const packages = {
  prometheus: 'prometheus',
  promtool: 'prometheus',
  amtool: 'prometheus-alertmanager',
  'prometheus-alertmanager': 'prometheus-alertmanager',
} as const;

/** The path of a program of Debian's; where there is none, the report says that the test was not run. */
export async function installed(
  t: ExecutionContext,
  name: keyof typeof packages,
): Promise<string | undefined> {
  const found = await debianProgram(name, packages[name]);
  if ('path' in found) return found.path;
  t.log(`not run: "${t.title}", for want of ${found.missing}`);
  t.pass();
  return undefined;
}

/** A git server, the program, and a Prometheus that scrapes it; nothing where this machine has no Prometheus. */
export async function monitored(
  t: ExecutionContext,
  env: (remote: GitServer) => Promise<Record<string, string>>,
  rules?: readonly string[],
) {
  const path = await installed(t, 'prometheus');
  if (path === undefined) return undefined;
  const { root, remote, server } = await startedApp(
    t,
    async (given) => ({ LOG_LEVEL: 'error', ...(await env(given)) }),
    { timeout: 5 * 60_000 },
  );
  const prometheus = await startPrometheus(t, { path, target: server.url, rules });
  return { root, remote, server, prometheus, traffic: createTraffic(server.url) };
}
