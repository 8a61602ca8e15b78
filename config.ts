import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { z } from 'zod';

/** What people are told of a setting, in `--help`, in the README's table and where a value is wrong. */
interface About {
  /** What it is for, one or two sentences. */
  readonly about: string;
  /** What a right value looks like. */
  readonly expected: string;
  /** What holds where the variable is missing or empty, in words where it is no plain value. */
  readonly standard: string;
}

const abouts = z.registry<About>();

function whole(minimum: number, maximum: number) {
  return z
    .string()
    .regex(/^\d{1,16}$/)
    .transform(Number)
    .refine((value) => value >= minimum && value <= maximum);
}

const network = z.union([z.cidrv4(), z.cidrv6()]);

/** Every setting by its environment variable. */
const schema = z.object({
  PORT: whole(0, 65_535).prefault('5000').register(abouts, {
    about: 'Port to listen on; 0 takes a free one and prints it.',
    expected: 'a port from 0 to 65535',
    standard: '5000',
  }),
  HOST: z
    .string()
    .regex(/^[\w.:-]+$/)
    .prefault('127.0.0.1')
    .register(abouts, {
      about:
        'Address to listen on. On loopback repositories may have any address, else only a public one.',
      expected: 'an address or host name',
      standard: '127.0.0.1',
    }),
  DATA_DIR: z.string().optional().register(abouts, {
    about:
      'Directory of the mirrors. With STORE_URL=memory: its mirrors/ and tmp/ are emptied at start and exit.',
    expected: 'a directory',
    standard: 'a temporary one, gone at exit',
  }),
  STORE_URL: z.literal('memory:').prefault('memory:').register(abouts, {
    about: 'Where projects and their histories are kept.',
    expected: 'memory:',
    standard: 'memory:',
  }),
  FETCH_TIMEOUT_SECONDS: whole(1, 86_400).prefault('120').register(abouts, {
    about: 'How long adding a repository may take, in seconds, waiting included.',
    expected: 'a whole number from 1 to 86400',
    standard: '120',
  }),
  FETCH_MAX_BYTES: whole(1, Number.MAX_SAFE_INTEGER).prefault('2147483648').register(abouts, {
    about: 'How much a repository may send in one fetch, in bytes.',
    expected: 'a whole number, 1 or more',
    standard: '2147483648',
  }),
  FETCH_CONCURRENCY: whole(1, 10_000).prefault('64').register(abouts, {
    about: 'How many fetches may run at once; one more is answered 503 with Retry-After.',
    expected: 'a whole number from 1 to 10000',
    standard: '64',
  }),
  MAX_PROJECTS: whole(1, 1_000_000).prefault('500').register(abouts, {
    about: 'How many projects there may be; one more is answered 400.',
    expected: 'a whole number from 1 to 1000000',
    standard: '500',
  }),
  ALLOWED_NETWORKS: z
    .string()
    .prefault('')
    .transform((text) => text.split(',').map((entry) => entry.trim()))
    .transform((entries) => entries.filter((entry) => entry !== ''))
    .pipe(z.array(network))
    .register(abouts, {
      about: 'Networks beside the public ones that repositories may be fetched from.',
      expected: 'networks such as 10.0.0.0/8,fd00::/8',
      standard: 'none',
    }),
  CA_FILE: z.string().refine(holdsCertificates).optional().register(abouts, {
    about: "PEM file of certificate authorities to trust beside the system's.",
    expected: 'a readable file of PEM certificates',
    standard: "the system's alone",
  }),
  LOG_LEVEL: z
    .enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'])
    .prefault('info')
    .register(abouts, {
      about: 'How much is logged.',
      expected: 'fatal, error, warn, info, debug, trace or silent',
      standard: 'info',
    }),
});

/** The settings as the program uses them, by environment variable. */
export type Config = Readonly<z.output<typeof schema>>;

/** Every setting with what people are told of it, in the order of the README's table. */
export const settings: readonly (About & { readonly name: string })[] = Object.entries(
  schema.shape,
).map(([name, value]) => {
  const about = abouts.get(value);
  if (about === undefined) throw new Error(`${name} has no description`);
  return { name, ...about };
});

/** The environment holds values that cannot be used; the message has one line for each. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

/**
 * Reads the settings from an environment. A variable that is empty counts as missing.
 * @throws ConfigError
 */
export function readConfig(env: Readonly<Record<string, string | undefined>>): Config {
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ''));
  const result = schema.safeParse(given);
  if (result.success) return result.data;
  const wrong = new Set(result.error.issues.map((issue) => issue.path[0]));
  const lines = settings
    .filter(({ name }) => wrong.has(name))
    .map(({ name, expected }) => `${name}=${JSON.stringify(env[name])}: expected ${expected}`);
  throw new ConfigError(lines.join('\n'));
}

function holdsCertificates(file: string): boolean {
  try {
    return new X509Certificate(readFileSync(file)).subject !== undefined;
  } catch {
    return false;
  }
}
