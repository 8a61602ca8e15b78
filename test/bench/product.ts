import { open } from 'node:fs/promises';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import manifest from '../../package.json' with { type: 'json' };
import { startServer, type RunningServer } from './processes.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const searchPath = [dirname(process.execPath), process.env['PATH']].join(delimiter);

export interface ProductOptions {
  /** For whatever the runs leave behind. */
  readonly directory: string;
  readonly signal: AbortSignal;
}

/** The whole environment that the program is measured in: its own settings are the standard ones. */
export function productEnvironment(directory: string): Readonly<Record<string, string>> {
  return { PATH: searchPath, TMPDIR: directory, PORT: '0' };
}

/** The arguments that make a shell run the program as `npm start` and `npm run log` do, but for npm itself. */
export function script(command: 'serve' | 'log', ...args: readonly string[]): readonly string[] {
  const { start, log } = manifest.scripts;
  return ['-c', `cd "$0" && ${command === 'log' ? log : start} "$@"`, root, ...args];
}

/** Starts the server, its log going to a file and its data to a directory of its own unless the settings name one. */
export async function startProduct(
  { directory, signal }: ProductOptions,
  settings: Readonly<Record<string, string>> = {},
): Promise<RunningServer> {
  const log = await open(join(directory, `${crypto.randomUUID()}.log`), 'w');
  try {
    const data = join(directory, `data-${crypto.randomUUID()}`);
    const env = { ...productEnvironment(directory), DATA_DIR: data, ...settings };
    return await startServer('sh', script('serve'), { env, signal, stdout: log.fd });
  } finally {
    await log.close();
  }
}

/** Adds a repository to a running server. */
export async function addProject(
  server: string,
  name: string,
  url: string,
  signal: AbortSignal,
): Promise<void> {
  const answer = await fetch(`${server}/add/${name}`, { method: 'POST', body: url, signal });
  const text = await answer.text();
  if (answer.status !== 200) throw new Error(`adding answered ${answer.status}: ${text}`);
}
