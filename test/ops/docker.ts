import { join } from 'node:path';
import { execa } from 'execa';

export const root = join(import.meta.dirname, '../..');

/** What images are built on here, and a test's own images too: Node.js 24 on Debian. */
export const base = process.env['BASE_IMAGE'] ?? 'node:24-bookworm-slim';

/** A name for a container or image that nobody else has. */
export const uniqueName = () => `gitmon-test-${crypto.randomUUID().slice(0, 8)}`;

/** How every container should be run, whatever is in it. */
export const hardened = [
  '--read-only',
  '--tmpfs=/tmp:rw,noexec,nosuid,nodev,size=64m',
  '--cap-drop=ALL',
  '--security-opt=no-new-privileges',
  '--memory=512m',
  '--pids-limit=256',
];

/** Runs `docker` with these arguments. */
export async function docker(...args: readonly string[]): Promise<string> {
  return (await execa('docker', args, { all: true, timeout: 600_000 })).all;
}

/** Whether there is a Docker engine to run containers with. */
export async function dockerRuns(): Promise<boolean> {
  const { exitCode } = await execa('docker', ['version', '--format', '{{.Server.Version}}'], {
    reject: false,
  });
  return exitCode === 0;
}

/** Builds the server's image. */
export async function build(tag: string, ...args: readonly string[]): Promise<string> {
  await docker('build', '--build-arg', `BASE_IMAGE=${base}`, ...args, '--tag', tag, root);
  return tag;
}

/** Waits until a container has written this: Docker takes connections before anybody listens. */
export async function logged(name: string, text: string): Promise<void> {
  const follow = ['logs', '--follow', name];
  const logs = execa('docker', follow, { all: true, reject: false, timeout: 60_000 });
  let log = '';
  for await (const line of logs.iterable({ from: 'all' })) {
    log += `${line}\n`;
    // To leave the loop would wait for the next line, which may never come.
    if (line.includes(text)) logs.kill();
  }
  if (!log.includes(text)) throw new Error(`${name} did not say "${text}":\n${log}`);
}
