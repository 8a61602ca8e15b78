import { workerData } from 'node:worker_threads';
import { createNotices } from '../log/output-lines.ts';
import { startHeartbeat } from './heartbeat.ts';
import { beats, isInspected } from './watchdog.ts';

// The thread that kills the process where its main thread hangs.

/** In milliseconds; with the second between two looks it is less than the 10 s in which SIGTERM is to end the server. */
const maxSilenceMs = 8000;

if (!(workerData instanceof Int32Array)) throw new TypeError('started without what is shared');
const shared = workerData;
const notice = createNotices();
let last = 0;

function watch(): void {
  const heartbeat = startHeartbeat({
    pid: process.pid,
    maxSilenceMs,
    ping: () => {},
    hung() {
      clearInterval(looking);
      // A debugger has paused it.
      if (Atomics.load(shared, isInspected) === 1) return watch();
      notice(
        'error: The main thread of the server hangs, as on a disk that does not answer. It is killed.',
      );
      process.kill(process.pid, 'SIGKILL');
    },
  });
  const looking = setInterval(() => {
    const count = Atomics.load(shared, beats);
    if (count !== last) heartbeat.alive();
    last = count;
  }, 250);
}
watch();
