import { readFileSync, writeSync } from 'node:fs';
import { startHeartbeat } from '../process/heartbeat.ts';
import { identify, killProcess, type ProcessIdentity } from '../process/process-identity.ts';
import { statFields } from '../process/stat-fields.ts';

/** In milliseconds; with the second between two looks it is less than the 10 s in which SIGTERM is to end the server. */
const maxSilenceMs = 8000;

/** The descriptor under which the server gives its stderr to this process, which has another one of its own. */
const serverStderr = 4;

const reason =
  'The main thread of the server hangs, as on a disk that does not answer. It was killed.';

/**
 * Kills the server where its main thread does not run for 8 seconds, as when a read of a disk hangs: such a thread hears no
 * signal. Time without a processor does not count, nor does the time for which somebody has stopped the process.
 * It is killed as this process's parent alone: a server that has ended is its parent no more, and whoever has its number then
 * is a stranger.
 * @param pid the server's, as it says itself
 * @returns is to be called at each message of the server, which pings this process once a second
 */
export function watchServer(pid: number): () => void {
  const server = identify(pid);
  let heartbeat = start();
  function start() {
    return startHeartbeat({
      pid,
      maxSilenceMs,
      ping: () => {},
      hung() {
        if (process.ppid !== pid) return;
        if (isStopped(pid)) heartbeat = start();
        else kill(server);
      },
    });
  }
  return () => heartbeat.alive();
}

/** Whether a process has been stopped, by SIGSTOP or a debugger. */
function isStopped(pid: number): boolean {
  const [state] = statFields(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  return state === 'T' || state === 't';
}

function kill(server: ProcessIdentity): void {
  if (!killProcess(server)) return;
  try {
    writeSync(serverStderr, `error: ${reason}\n`);
  } catch {
    // Nobody reads it.
  }
}
