/** What people are told of a setting, in `--help`, in the README's table and where a value is wrong. */
interface Setting {
  /** What it is for, one or two sentences. */
  readonly about: string;
  /** What a right value looks like. */
  readonly expected: string;
  /** What holds where the variable is missing or empty, in words where it is no plain value. */
  readonly standard: string;
  /** Whether its value is shown to nobody. */
  readonly isSecret?: boolean;
}

/** Every setting by its environment variable, in the order of the README's table. `adapters/config/config.ts` checks the values. */
export const settings = {
  PORT: {
    about: 'Port to listen on; 0 takes a free one and prints it.',
    expected: 'a port from 0 to 65535',
    standard: '5000',
  },
  HOST: {
    about:
      'Address to listen on. On loopback repositories may have any address, else only a public one.',
    expected: 'an address or host name',
    standard: '127.0.0.1',
  },
  DATA_DIR: {
    about:
      'Directory of the mirrors and the database. With STORE_URL=memory: its mirrors/ and tmp/ are emptied at start and exit.',
    expected: 'a directory',
    standard: 'data; with STORE_URL=memory: a temporary one',
  },
  STORE_URL: {
    about:
      'Where projects and their histories are kept: a database file, or nowhere but in memory, which MAX_PROJECTS and MAX_COMMITS then bound: about 0.5 kB a commit.',
    expected: 'sqlite:PATH or memory:',
    standard: 'sqlite: and gitmon.db in DATA_DIR',
  },
  FETCH_TIMEOUT_SECONDS: {
    about: 'How long adding a repository may take, in seconds, waiting included.',
    expected: 'a whole number from 1 to 86400',
    standard: '120',
  },
  FETCH_MAX_BYTES: {
    about: 'How much a repository may send in one fetch, in bytes.',
    expected: 'a whole number, 1 or more',
    standard: '2147483648',
  },
  FETCH_CONCURRENCY: {
    about:
      'How many fetches that somebody waits for may run at once, a quarter of them for one client and three quarters from one host; one more is answered 503 with Retry-After.',
    expected: 'a whole number from 1 to 10000',
    standard: '64',
  },
  REFRESH_MIN_SECONDS: {
    about: 'Shortest time between two refreshes of a repository, in seconds.',
    expected: 'a whole number, 1 or more',
    standard: '45',
  },
  REFRESH_MAX_SECONDS: {
    about: 'Longest time between two refreshes of a repository, in seconds.',
    expected: 'a whole number, REFRESH_MIN_SECONDS or more',
    standard: '28800',
  },
  REFRESH_CONCURRENCY: {
    about:
      'How many refreshes that nobody waits for may run at once; for each remote two at most, and half of them at most.',
    expected: 'a whole number from 1 to 1000',
    standard: 'the number of cores, and 4 at least',
  },
  MAX_PROJECTS: {
    about: 'How many projects there may be; one more is answered 400, by the API 409.',
    expected: 'a whole number from 1 to 1000000',
    standard: '500',
  },
  MAX_COMMITS: {
    about:
      'How many commits the history of a repository may have; of one with more nothing is read.',
    expected: 'a whole number from 1 to 1000000000',
    standard: '5000000',
  },
  MIN_FREE_DISK_BYTES: {
    about:
      'How much of the disks of DATA_DIR and the database stays free, in bytes, 0 for nothing; with less, or with few inodes left, adding is answered 503.',
    expected: 'a whole number, 0 or more',
    standard: '536870912',
  },
  SEARCH_CONCURRENCY: {
    about:
      'How many searches may run at once, and as many counts; others wait up to 10 seconds in line, and are then answered 503 with Retry-After.',
    expected: 'a whole number from 1 to 1000',
    standard: '2',
  },
  MAX_CONNECTIONS: {
    about:
      'How many connections clients may have at once, half for one client and half for what lasts; over more, nothing but /healthz, /readyz and /metrics is answered.',
    expected: 'a whole number from 1 to 100000',
    standard: '1000',
  },
  ALLOWED_NETWORKS: {
    about: 'Networks beside the public ones that repositories may be fetched from.',
    expected: 'networks such as 10.0.0.0/8,fd00::/8',
    standard: 'none',
  },
  ALLOWED_HOSTS: {
    about:
      'Names this server is asked by, beside localhost and addresses; any other is answered 403. On more than loopback only where set, as in the image.',
    expected: 'host names such as monitor.example.org,git.internal',
    standard: 'none',
  },
  ACCESS_TOKEN: {
    about:
      'Tokens that changing anything takes, each with a name for the log and 16 characters or more; sent as Authorization: Bearer or by the form of /login.',
    expected: 'tokens such as ada:secret1,ci:secret2',
    standard: 'none',
    isSecret: true,
  },
  ACCESS_TOKEN_FILE: {
    about: 'File of such tokens, name:token a line, of mode 0600.',
    expected: 'a file of mode 0600 with name:token on each line, 1000 at most',
    standard: 'none',
  },
  REQUIRE_TOKEN_FOR: {
    about:
      'What takes a token where there are some: writes alone, or reads too but for /healthz and /readyz.',
    expected: 'writes, or reads with ACCESS_TOKEN or ACCESS_TOKEN_FILE',
    standard: 'writes',
  },
  WRITES_PER_MINUTE: {
    about:
      'How often a client, an IPv4 address or an IPv6 /64, may change something in a minute, 0 for any; loopback and ALLOWED_NETWORKS are not counted.',
    expected: 'a whole number from 0 to 1000000',
    standard: '600; on loopback 0',
  },
  TRUSTED_PROXIES: {
    about:
      'Networks of proxies in front of this server whose X-Forwarded-For, -Host and -Proto are believed; they must set or remove them.',
    expected: 'networks such as 10.0.0.0/8,fd00::/8',
    standard: 'none',
  },
  HTTPS_PROXY: {
    about: 'Proxy that leads to https urls. The variable in small letters counts before this one.',
    expected: 'a proxy such as http://user:password@proxy.example.org:3128',
    standard: 'none',
    isSecret: true,
  },
  HTTP_PROXY: {
    about: 'Proxy that leads to http urls. The variable in small letters counts before this one.',
    expected: 'a proxy such as http://user:password@proxy.example.org:3128',
    standard: 'none',
    isSecret: true,
  },
  NO_PROXY: {
    about: 'Hosts with all below them, addresses and networks that no proxy leads to; * for all.',
    expected: 'hosts such as example.org,git.internal:8443,10.0.0.0/8',
    standard: 'none',
  },
  CA_FILE: {
    about: "PEM file of certificate authorities to trust beside the system's.",
    expected: 'a readable file of PEM certificates',
    standard: "the system's alone",
  },
  CREDENTIALS_FILE: {
    about:
      'File of passwords for private repositories, https://user:password@host[:port][/prefix] a line, of mode 0600; read again when it changes.',
    expected: 'a file that can be read',
    standard: 'none',
  },
  PROJECTS_FILE: {
    about:
      'File of projects to have, a name and a url a line, # for comments. Missing ones are added at start, none is removed.',
    expected: 'a readable file with a name and a repository url on each line',
    standard: 'none',
  },
  CORS_ORIGINS: {
    about: 'Sites whose pages may read the answers of this server; they can change nothing.',
    expected: 'origins such as https://board.example,https://a.example:8443, or *',
    standard: 'none',
  },
  CACHE_MAX_BYTES: {
    about: 'How much memory ready answers may take, in bytes.',
    expected: 'a whole number, 0 or more',
    standard: '134217728',
  },
  LOG_LEVEL: {
    about: 'How much is logged.',
    expected: 'fatal, error, warn, info, debug, trace or silent',
    standard: 'info',
  },
} as const satisfies Readonly<Record<string, Setting>>;

/** The environment holds values that cannot be used; the message has one line for each. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}
