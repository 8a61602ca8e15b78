/** Kept beside the signal, which comes along wherever somebody may have to wait. */
const sources = new WeakMap<AbortSignal, string>();

/** Notes for whom a signal ends what it ends; the same signal. */
export function ofSource(signal: AbortSignal, source: string | undefined): AbortSignal {
  if (source !== undefined) sources.set(signal, source);
  return signal;
}

/** For whom: an IPv4 address or an IPv6 /64, as `Sender.source` has it; undefined where nobody said. */
export function sourceOf(signal: AbortSignal | undefined): string | undefined {
  return signal && sources.get(signal);
}
