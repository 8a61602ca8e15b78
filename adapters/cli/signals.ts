import { constants } from 'node:os';

/** The umask: what other users of the machine may not do with a file that this process or its git makes, anything. */
export const ownerOnly = 0o077;

/** The program was told to stop. */
export class Signalled extends Error {
  /** As shells count it: 128 and the signal's number. */
  readonly exitCode: number;

  constructor(signal: 'SIGHUP' | 'SIGINT' | 'SIGTERM') {
    super(`stopped by ${signal}`);
    this.exitCode = 128 + constants.signals[signal];
  }
}

/** A signal that comes again sooner, in milliseconds, is the same one: npm passes on what the terminal has sent already. */
const sameSignal = 1000;

/** `stopped` aborts, with {@link Signalled}, when the program is told to stop, and `forced` when it is told again. */
export function untilSignal(): { readonly stopped: AbortSignal; readonly forced: AbortSignal } {
  const stop = new AbortController();
  const force = new AbortController();
  let first = Infinity;
  for (const signal of ['SIGHUP', 'SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      if (performance.now() - first > sameSignal) force.abort();
      first = Math.min(first, performance.now());
      stop.abort(new Signalled(signal));
    });
  }
  return { stopped: stop.signal, forced: force.signal };
}
