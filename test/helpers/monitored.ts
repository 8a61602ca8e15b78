import type { ExecutionContext } from 'ava';
import { debianProgram } from './debian-package.ts';
import { startGitServer, type GitServer } from './git-server.ts';
import { startProgram } from './program.ts';
import { startPrometheus } from './prometheus.ts';
import { temporaryDirectory } from './temporary-directory.ts';
import { createTraffic } from './traffic.ts';

/** A git server, the program, and a Prometheus that scrapes it; nothing where this machine has no Prometheus. */
export async function monitored(
  t: ExecutionContext,
  env: (remote: GitServer) => Promise<Record<string, string>>,
) {
  const found = await debianProgram('prometheus');
  if ('missing' in found) {
    t.log(`not run: ${t.title} on ${found.missing}`);
    t.pass();
    return undefined;
  }
  const root = await temporaryDirectory(t);
  const remote = await startGitServer(root);
  t.teardown(() => remote.close());
  const TMPDIR = await temporaryDirectory(t);
  const server = await startProgram({ TMPDIR, LOG_LEVEL: 'error', ...(await env(remote)) });
  t.teardown(() => server.stop());
  const prometheus = await startPrometheus(t, { path: found.path, target: server.url });
  return { root, remote, server, prometheus, traffic: createTraffic(server.url) };
}
