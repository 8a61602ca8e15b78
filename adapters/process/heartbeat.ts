import { readFileSync } from 'node:fs';

/** How often a process is pinged, in milliseconds. */
const intervalMs = 1000;

/** A process that gives no sign of life for so long is not up; in milliseconds. */
const lateMs = 5000;

export interface HeartbeatOptions {
  /** Of the process that is watched. */
  readonly pid: number | undefined;
  /** How long it may give no sign until it counts as hung, in milliseconds. */
  readonly maxSilenceMs: number;
  /** Asks it for a sign. */
  ping(): void;
  /** Is called once, when it has given none for that long. */
  hung(): void;
}

export interface Heartbeat {
  /** The process has given a sign: its answer to a ping, or anything else. */
  alive(): void;
  /** Whether it has given a sign at all, and lately. */
  isUp(): boolean;
  stop(): void;
}

/** What is waited for. */
interface Ping {
  /** By the clock of `performance.now`. */
  readonly at: number;
  /** How long the process had waited for a processor by then, in milliseconds. */
  readonly waited: number;
}

/**
 * Tells a process that hangs, whatever the reason, from one that has no turn: the time it waits for a processor is no
 * silence, nor is the time in which this process itself was stopped or had none.
 */
export function startHeartbeat({ pid, maxSilenceMs, ping, hung }: HeartbeatOptions): Heartbeat {
  let lastTick = performance.now();
  let hasAnswered = false;
  let sent: Ping | undefined;

  const now = (): Ping => ({ at: performance.now(), waited: runQueueWait(pid) });
  const silence = (since: Ping) => {
    const { at, waited } = now();
    return at - since.at - (waited - since.waited);
  };
  const tick = () => {
    const isPunctual = performance.now() - lastTick < 2 * intervalMs;
    lastTick = performance.now();
    if (sent === undefined) {
      sent = now();
      ping();
    } else if (!isPunctual) {
      // Stopped, suspended or busy: its answer may be there, unread.
      sent = now();
    } else if (silence(sent) >= maxSilenceMs) {
      stop();
      hung();
    }
  };
  const timer = setInterval(tick, intervalMs).unref();
  const stop = () => clearInterval(timer);
  // The first answer says that it has started.
  sent = now();
  ping();
  return {
    alive() {
      hasAnswered = true;
      sent = undefined;
    },
    isUp: () => hasAnswered && (sent === undefined || silence(sent) < lateMs),
    stop,
  };
}

/**
 * How long the first thread of a process was ready to run and had no processor, in milliseconds; 0 where the system does
 * not say.
 * @see https://docs.kernel.org/scheduler/sched-stats.html, `/proc/<pid>/schedstat`
 */
function runQueueWait(pid: number | undefined): number {
  try {
    const [, nanoseconds] = readFileSync(`/proc/${pid}/schedstat`, 'utf8').split(' ');
    return Number(nanoseconds ?? 0) / 1e6;
  } catch {
    return 0;
  }
}
