import { execa } from 'execa';

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
