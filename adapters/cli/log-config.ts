import { directEgress } from '../egress/direct.ts';
import type { Egress } from '../egress/proxy.ts';
import type { FindCredential } from '../git/credential.ts';
import type { Config } from '../config/config.ts';
import { settings } from '../config/variables.ts';

/** What `log` heeds of the environment. */
const heeded = [
  'FETCH_TIMEOUT_SECONDS',
  'FETCH_MAX_BYTES',
  'CA_FILE',
  'CREDENTIALS_FILE',
  'HTTPS_PROXY',
  'HTTP_PROXY',
  'NO_PROXY',
] as const;

type LogConfig = Pick<Config, (typeof heeded)[number]>;

/** The settings of `log`. Checking them takes longer than many a fetch, so it is done only where some are given. */
export async function readLogConfig(
  env: Readonly<Record<string, string | undefined>>,
): Promise<LogConfig> {
  const names = heeded.flatMap((name) => [name, name.toLowerCase()]);
  if (names.some((name) => env[name])) {
    const { readConfig } = await import('../config/config.ts');
    return readConfig(Object.fromEntries(names.map((name) => [name, env[name]])));
  }
  return {
    FETCH_TIMEOUT_SECONDS: Number(settings.FETCH_TIMEOUT_SECONDS.default),
    FETCH_MAX_BYTES: Number(settings.FETCH_MAX_BYTES.default),
    NO_PROXY: [],
  };
}

/** Git's own way out, through the proxy that the settings name for a url. */
export async function openEgress(url: string, config: LogConfig): Promise<Egress> {
  if (config.HTTPS_PROXY === undefined && config.HTTP_PROXY === undefined) {
    return directEgress(url);
  }
  const { chooseUpstream } = await import('../egress/upstream.ts');
  return directEgress(url, chooseUpstream(config));
}

/** The credentials of CREDENTIALS_FILE, if it is set. */
export async function openPasswords(config: LogConfig): Promise<FindCredential | undefined> {
  if (config.CREDENTIALS_FILE === undefined) return undefined;
  const { openCredentials } = await import('../config/credentials-file.ts');
  return openCredentials(config.CREDENTIALS_FILE, (message) =>
    console.error(`warning: ${message}`),
  );
}
