import { once } from 'node:events';
import type { ExecutionContext } from 'ava';
import { execa } from 'execa';

/** Starts a program of Prometheus's family for one test, waits until it logs that it is ready, and says where it listens. */
export async function startDaemon(
  t: Pick<ExecutionContext, 'teardown'>,
  path: string,
  args: readonly string[],
  ready: string,
): Promise<string> {
  const running = execa(path, args, {
    reject: false,
    extendEnv: false,
    forceKillAfterDelay: 10_000,
  });
  t.teardown(async () => {
    running.kill();
    await running;
  });
  const ended = new AbortController();
  void running.then(({ stderr }) => ended.abort(new Error(`${path} ended: ${stderr}`)));
  let log = '';
  running.stderr.on('data', (chunk: Buffer) => {
    log += chunk.toString();
  });
  for (;;) {
    const address = /msg="Listening on".* address=(\S+)/.exec(log)?.[1];
    if (address !== undefined && log.includes(ready)) return `http://${address}`;
    await once(running.stderr, 'data', { signal: ended.signal });
  }
}
