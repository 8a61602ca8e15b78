import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { readPrivateFile } from './private-file.ts';
import { ConfigError, settings } from './variables.ts';

function whole(minimum: number, maximum: number) {
  return z
    .string()
    .regex(/^\d{1,16}$/)
    .transform(Number)
    .refine((value) => value >= minimum && value <= maximum);
}

/** What stands between commas. */
function entriesOf(text: string, separator: string | RegExp = ','): string[] {
  return text
    .split(separator)
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '');
}

function list(separator?: string | RegExp) {
  return z
    .string()
    .prefault('')
    .transform((text) => entriesOf(text, separator));
}

function networks() {
  return list().pipe(z.array(z.union([z.cidrv4(), z.cidrv6()])));
}

const shape = {
  PORT: whole(0, 65_535).prefault(settings.PORT.default),
  HOST: z
    .string()
    .regex(/^[\w.:-]+$/)
    .prefault(settings.HOST.default),
  DATA_DIR: z.string().optional(),
  STORE_URL: z
    .string()
    .regex(/^(?:memory:|sqlite:.+)$/)
    .optional(),
  FETCH_TIMEOUT_SECONDS: whole(1, 86_400).prefault(settings.FETCH_TIMEOUT_SECONDS.default),
  FETCH_MAX_BYTES: whole(1, Number.MAX_SAFE_INTEGER).prefault(settings.FETCH_MAX_BYTES.default),
  FETCH_CONCURRENCY: whole(1, 10_000).prefault(settings.FETCH_CONCURRENCY.default),
  REFRESH_MIN_SECONDS: whole(1, 31_536_000).prefault(settings.REFRESH_MIN_SECONDS.default),
  REFRESH_MAX_SECONDS: whole(1, 31_536_000).prefault(settings.REFRESH_MAX_SECONDS.default),
  REFRESH_CONCURRENCY: whole(1, 1000).optional(),
  MAX_PROJECTS: whole(1, 1_000_000).prefault(settings.MAX_PROJECTS.default),
  MAX_COMMITS: whole(1, 1_000_000_000).prefault(settings.MAX_COMMITS.default),
  MIN_FREE_DISK_BYTES: whole(0, Number.MAX_SAFE_INTEGER).prefault(
    settings.MIN_FREE_DISK_BYTES.default,
  ),
  SEARCH_CONCURRENCY: whole(1, 1000).prefault(settings.SEARCH_CONCURRENCY.default),
  MAX_CONNECTIONS: whole(1, 100_000).prefault(settings.MAX_CONNECTIONS.default),
  ALLOWED_NETWORKS: networks(),
  ALLOWED_HOSTS: list().pipe(z.array(z.string().regex(/^[\w-]+(?:\.[\w-]+)*\.?$/))),
  ACCESS_TOKEN: list().transform(readTokens),
  ACCESS_TOKEN_FILE: z.string().transform(readTokenLines).transform(readTokens).optional(),
  REQUIRE_TOKEN_FOR: z.enum(['writes', 'reads']).prefault(settings.REQUIRE_TOKEN_FOR.default),
  WRITES_PER_MINUTE: whole(0, 1_000_000).optional(),
  TRUSTED_PROXIES: networks(),
  HTTPS_PROXY: z.string().transform(readProxy).optional(),
  HTTP_PROXY: z.string().transform(readProxy).optional(),
  NO_PROXY: list(/[\s,]+/),
  CA_FILE: z.string().refine(holdsCertificates).optional(),
  CREDENTIALS_FILE: z.string().optional(),
  PROJECTS_FILE: z.string().optional(),
  CORS_ORIGINS: z
    .string()
    .transform((text) => entriesOf(text))
    .pipe(z.array(z.string().refine(isOrigin)))
    .optional(),
  CACHE_MAX_BYTES: whole(0, Number.MAX_SAFE_INTEGER).prefault(settings.CACHE_MAX_BYTES.default),
  LOG_LEVEL: z
    .enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'])
    .prefault(settings.LOG_LEVEL.default),
} satisfies Record<keyof typeof settings, z.ZodType>;

const schema = z
  .object(shape)
  .refine((given) => given.REFRESH_MIN_SECONDS <= given.REFRESH_MAX_SECONDS, {
    path: ['REFRESH_MAX_SECONDS'],
  })
  .refine(
    ({ REQUIRE_TOKEN_FOR, ACCESS_TOKEN, ACCESS_TOKEN_FILE = [] }) => {
      return REQUIRE_TOKEN_FOR === 'writes' || ACCESS_TOKEN.length + ACCESS_TOKEN_FILE.length > 0;
    },
    { path: ['REQUIRE_TOKEN_FOR'] },
  );

/** The settings as the program uses them, by environment variable. */
export type Config = Readonly<z.output<typeof schema>>;

/**
 * Reads the settings from an environment. A variable that is empty counts as missing.
 * @throws ConfigError
 */
export function readConfig(env: Readonly<Record<string, string | undefined>>): Config {
  const given = Object.fromEntries(
    Object.keys(settings)
      .map((name) => [name, valueOf(env, name)] as const)
      .filter(([, value]) => value !== undefined),
  );
  const result = schema.safeParse(given);
  if (result.success) return result.data;
  const { issues } = result.error;
  const wrong = new Set(issues.map((issue) => issue.path[0]));
  const lines = Object.entries(settings)
    .filter(([name]) => wrong.has(name))
    .map(([name, setting]) => {
      const reported = issues.find(
        ({ path, message }) => path[0] === name && message.startsWith(`${name}=`),
      );
      if (reported !== undefined) return reported.message;
      const value = 'isSecret' in setting ? '' : `=${JSON.stringify(env[name])}`;
      return `${name}${value}: expected ${setting.format}`;
    });
  throw new ConfigError(lines.join('\n'));
}

/** Names of variables that programs write in small letters, too. */
const eitherCase = new Set(['HTTPS_PROXY', 'HTTP_PROXY', 'NO_PROXY']);

function valueOf(env: Readonly<Record<string, string | undefined>>, name: string) {
  return (eitherCase.has(name) && env[name.toLowerCase()]) || env[name] || undefined;
}

/** The url of a proxy; as for other programs, `http://` may be missing. */
function readProxy(text: string, context: z.RefinementCtx): string {
  const url = /^[a-z][\w+.-]*:\/\//i.test(text) ? text : `http://${text}`;
  if (!URL.canParse(url) || !isProxy(new URL(url))) context.addIssue('not a proxy of http');
  return url;
}

function isProxy({ protocol, username, password, pathname, search, hash }: URL): boolean {
  try {
    const [name] = [username, password].map(decodeURIComponent);
    // Both have to be decodable, and in Basic authentication a colon ends the name.
    return protocol === 'http:' && `${pathname}${search}${hash}` === '/' && !name?.includes(':');
  } catch {
    return false;
  }
}

function isOrigin(text: string): boolean {
  if (text === '*') return true;
  // The parser of urls takes a star for a letter of a host.
  return /^https?:[^*]+$/.test(text) && URL.canParse(text) && new URL(text).origin === text;
}

/** The lines of a file of tokens, without empty ones and those that begin with #. */
function readTokenLines(file: string, context: z.RefinementCtx): readonly string[] {
  const setting = `ACCESS_TOKEN_FILE=${JSON.stringify(file)}`;
  try {
    const lines = readPrivateFile(file, setting).split('\n');
    return lines.map((line) => line.trim()).filter((line) => line !== '' && !line.startsWith('#'));
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    context.addIssue({ code: 'custom', message: error.message });
    return z.NEVER;
  }
}

const mostTokens = 1000;

/** Tokens by name, from texts of the form `name:token`. */
function readTokens(texts: readonly string[], context: z.RefinementCtx) {
  // Each request that has one compares it with all of them.
  if (texts.length > mostTokens) context.addIssue('too many');
  return texts.map((text) => {
    const [, name = '', token = ''] = /^([\w.-]{1,100}):([\x21-\x7e]+)$/.exec(text) ?? [];
    if (token === '') context.addIssue('not of the form name:token');
    return { name, token };
  });
}

function holdsCertificates(file: string): boolean {
  try {
    const text = readFileSync(file, 'utf8');
    return text.includes('-----BEGIN CERTIFICATE-----') && new X509Certificate(text).ca;
  } catch {
    return false;
  }
}
