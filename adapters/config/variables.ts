/** What people are told of a setting, in `--help`, in the README's table and where a value is wrong. */
interface Setting {
  /** What it is for, one or two sentences. */
  readonly doc: string;
  /** What a right value looks like. */
  readonly format: string;
  /** What holds where the variable is missing or empty, in words where it is no plain value. */
  readonly default: string;
  /** Whether its value is shown to nobody. */
  readonly isSecret?: boolean;
}

/** Every setting by its environment variable, in the order of the README's table. `adapters/config/config.ts` checks the values. */
export const settings = {
  PORT: {
    doc: 'Port to listen on; 0 takes a free one and prints it.',
    format: 'a port from 0 to 65535',
    default: '5000',
  },
  HOST: {
    doc: 'Address to listen on. On loopback repositories may have any address, else only a public one.',
    format: 'an address or host name',
    default: '127.0.0.1',
  },
  DATA_DIR: {
    doc: 'Directory of the mirrors and the database. With STORE_URL=memory: its mirrors/ and tmp/ are emptied at start and exit.',
    format: 'a directory',
    default: 'data; with STORE_URL=memory: a temporary one',
  },
  STORE_URL: {
    doc: 'Where projects and their histories are kept: a database file, or nowhere but in memory, which MAX_PROJECTS and MAX_COMMITS then bound: about 0.5 kB a commit.',
    format: 'sqlite:PATH or memory:',
    default: 'sqlite: and gitmon.db in DATA_DIR',
  },
  FETCH_TIMEOUT_SECONDS: {
    doc: 'How long adding a repository may take, in seconds, waiting included.',
    format: 'a whole number from 1 to 86400',
    default: '120',
  },
  FETCH_MAX_BYTES: {
    doc: 'How much a repository may send in one fetch, in bytes.',
    format: 'a whole number, 1 or more',
    default: '2147483648',
  },
  FETCH_CONCURRENCY: {
    doc: 'How many fetches that somebody waits for may run at once, a quarter of them for one client and three quarters from one host; one more is answered 503 with Retry-After.',
    format: 'a whole number from 1 to 10000',
    default: '64',
  },
  REFRESH_MIN_SECONDS: {
    doc: 'Shortest time between two refreshes of a repository, in seconds.',
    format: 'a whole number, 1 or more',
    default: '45',
  },
  REFRESH_MAX_SECONDS: {
    doc: 'Longest time between two refreshes of a repository, in seconds.',
    format: 'a whole number, REFRESH_MIN_SECONDS or more',
    default: '28800',
  },
  REFRESH_CONCURRENCY: {
    doc: 'How many refreshes that nobody waits for may run at once; for each remote two at most, and half of them at most.',
    format: 'a whole number from 1 to 1000',
    default: 'the number of cores, and 4 at least',
  },
  MAX_PROJECTS: {
    doc: 'How many projects there may be; one more is answered 400, by the API 409.',
    format: 'a whole number from 1 to 1000000',
    default: '500',
  },
  MAX_COMMITS: {
    doc: 'How many commits the history of a repository may have; of one with more nothing is read.',
    format: 'a whole number from 1 to 1000000000',
    default: '5000000',
  },
  MIN_FREE_DISK_BYTES: {
    doc: 'How much of the disks of DATA_DIR and the database stays free, in bytes, 0 for nothing; with less, or with few inodes left, adding is answered 503.',
    format: 'a whole number, 0 or more',
    default: '536870912',
  },
  SEARCH_CONCURRENCY: {
    doc: 'How many searches may run at once, and as many counts; others wait up to 10 seconds in line, and are then answered 503 with Retry-After.',
    format: 'a whole number from 1 to 1000',
    default: '2',
  },
  MAX_CONNECTIONS: {
    doc: 'How many connections clients may have at once, half for one client and half for what lasts; over more, nothing but /healthz, /readyz and /metrics is answered.',
    format: 'a whole number from 1 to 100000',
    default: '1000',
  },
  ALLOWED_NETWORKS: {
    doc: 'Networks beside the public ones that repositories may be fetched from.',
    format: 'networks such as 10.0.0.0/8,fd00::/8',
    default: 'none',
  },
  ALLOWED_HOSTS: {
    doc: 'Names this server is asked by, beside localhost and addresses; any other is answered 403. On more than loopback only where set, as in the image.',
    format: 'host names such as monitor.example.org,git.internal',
    default: 'none',
  },
  ACCESS_TOKEN: {
    doc: 'Tokens that changing anything takes, each with a name for the log and 16 characters or more; sent as Authorization: Bearer or by the form of /login.',
    format: 'tokens such as ada:secret1,ci:secret2',
    default: 'none',
    isSecret: true,
  },
  ACCESS_TOKEN_FILE: {
    doc: 'File of such tokens, name:token a line, of mode 0600.',
    format: 'a file of mode 0600 with name:token on each line, 1000 at most',
    default: 'none',
  },
  REQUIRE_TOKEN_FOR: {
    doc: 'What takes a token where there are some: writes alone, or reads too but for /healthz and /readyz.',
    format: 'writes, or reads with ACCESS_TOKEN or ACCESS_TOKEN_FILE',
    default: 'writes',
  },
  WRITES_PER_MINUTE: {
    doc: 'How often a client, an IPv4 address or an IPv6 /64, may change something in a minute, 0 for any; loopback and ALLOWED_NETWORKS are not counted.',
    format: 'a whole number from 0 to 1000000',
    default: '600; on loopback 0',
  },
  TRUSTED_PROXIES: {
    doc: 'Networks of proxies in front of this server whose X-Forwarded-For, -Host and -Proto are believed; they must set or remove them.',
    format: 'networks such as 10.0.0.0/8,fd00::/8',
    default: 'none',
  },
  HTTPS_PROXY: {
    doc: 'Proxy that leads to https urls. The variable in small letters counts before this one.',
    format: 'a proxy such as http://user:password@proxy.example.org:3128',
    default: 'none',
    isSecret: true,
  },
  HTTP_PROXY: {
    doc: 'Proxy that leads to http urls. The variable in small letters counts before this one.',
    format: 'a proxy such as http://user:password@proxy.example.org:3128',
    default: 'none',
    isSecret: true,
  },
  NO_PROXY: {
    doc: 'Hosts with all below them, addresses and networks that no proxy leads to; * for all.',
    format: 'hosts such as example.org,git.internal:8443,10.0.0.0/8',
    default: 'none',
  },
  CA_FILE: {
    doc: "PEM file of certificate authorities to trust beside the system's.",
    format: 'a readable file of PEM certificates',
    default: "the system's alone",
  },
  CREDENTIALS_FILE: {
    doc: 'File of passwords for private repositories, https://user:password@host[:port][/prefix] a line, of mode 0600; read again when it changes.',
    format: 'a file that can be read',
    default: 'none',
  },
  PROJECTS_FILE: {
    doc: 'File of projects to have, a name and a url a line, # for comments. Missing ones are added at start, none is removed.',
    format: 'a readable file with a name and a repository url on each line',
    default: 'none',
  },
  CORS_ORIGINS: {
    doc: 'Sites whose pages may read the answers of this server; they can change nothing.',
    format: 'origins such as https://board.example,https://a.example:8443, or *',
    default: 'none',
  },
  CACHE_MAX_BYTES: {
    doc: 'How much memory ready answers may take, in bytes.',
    format: 'a whole number, 0 or more',
    default: '134217728',
  },
  LOG_LEVEL: {
    doc: 'How much is logged.',
    format: 'fatal, error, warn, info, debug, trace or silent',
    default: 'info',
  },
} as const satisfies Readonly<Record<string, Setting>>;

/** The environment holds values that cannot be used; the message has one line for each. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}
