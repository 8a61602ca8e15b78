/** What a run gets that may talk to a remote. */
export interface NetworkAccess {
  readonly config: Readonly<Record<string, string>>;
  readonly env?: Readonly<Record<string, string>>;
  /** What a remote may know and could say again: it is left out of what git writes. */
  readonly secrets?: readonly string[];
}

interface EnvironmentOptions {
  /** Directories in which git is looked for, as in `PATH`. */
  readonly path: string;
  /** Tells the processes of one server from others. */
  readonly processTag: string;
  /** None where no transport may be started. */
  readonly network: NetworkAccess | undefined;
  readonly isTraced: boolean;
}

/** Settings that hold for every run, whatever the machine or the user has configured. */
const settings = {
  'credential.helper': '',
  'core.hooksPath': '/dev/null',
  'core.packedGitWindowSize': '64m',
  'core.packedGitLimit': '256m',
  'pack.threads': '2',
  // What a power failure damages of a mirror can be fetched again.
  'core.fsync': 'none',
  'gc.auto': '0',
  'maintenance.auto': 'false',
  'protocol.version': '2',
} as const;

/** The descriptor git traces to; it takes 3 to 9. */
export const traceDescriptor = 3;

/** The whole environment of a run: nothing of the server's own, nor of the user's or the machine's configuration. */
export function gitEnvironment({
  path,
  processTag,
  network,
  isTraced,
}: EnvironmentOptions): Record<string, string> {
  const config = Object.entries({ ...settings, ...network?.config });
  return {
    PATH: path,
    LC_ALL: 'C',
    HOME: '/nonexistent',
    GIT_MONITORING_SERVER: processTag,
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_TERMINAL_PROMPT: '0',
    GIT_ASKPASS: '/bin/false',
    GIT_ALLOW_PROTOCOL: network === undefined ? '' : 'http:https',
    GIT_NO_LAZY_FETCH: '1',
    GIT_NO_REPLACE_OBJECTS: '1',
    // Into a pipe git would write each commit by itself: thousands of small chunks, at twice the time.
    GIT_FLUSH: '0',
    ...(isTraced && {
      GIT_TRACE_PACKET: String(traceDescriptor),
      GIT_TRACE: String(traceDescriptor),
      GIT_TRACE_CURL: String(traceDescriptor),
      GIT_TRACE_CURL_NO_DATA: '1',
      GIT_TRACE_REDACT: '1',
    }),
    ...network?.env,
    // By environment and not by argument: the process list shows arguments to everybody.
    GIT_CONFIG_COUNT: String(config.length),
    ...Object.fromEntries(
      config.flatMap(([key, value], index) => [
        [`GIT_CONFIG_KEY_${index}`, key],
        [`GIT_CONFIG_VALUE_${index}`, value],
      ]),
    ),
  };
}
