/** How often remotes are asked for news. */
export interface RefreshPolicy {
  /** The shortest and the longest time between two attempts, in seconds. */
  readonly minSeconds: number;
  readonly maxSeconds: number;
}

/** What holds where nothing else is said. */
export const defaultRefreshPolicy: RefreshPolicy = { minSeconds: 45, maxSeconds: 28_800 };

/** The largest part of an interval that chance adds, so that what was fetched together is not for ever. */
const jitterShare = 0.1;

interface Situation {
  /** Epoch seconds. */
  readonly now: number;
  /** When the tip last changed, in epoch seconds. */
  readonly tipChangedAt: number;
  /** How many attempts have failed since the last success. */
  readonly failures: number;
  /** For how long the remote asked to be left alone, in seconds. */
  readonly retryAfterSeconds?: number | undefined;
  /** Random, from 0 to 1. */
  readonly jitter: number;
}

/**
 * When to ask a remote again, in epoch seconds: after half the time since its tip last changed, twice as long for each
 * failure, and within the bounds. What the remote asks for comes first, up to the longest time.
 */
export function nextRefreshAt(situation: Situation, rules: RefreshPolicy): number {
  const { now, tipChangedAt, failures, retryAfterSeconds = 0, jitter: random } = situation;
  const { minSeconds, maxSeconds } = rules;
  const clamp = (seconds: number) => Math.min(maxSeconds, Math.max(minSeconds, seconds));
  const interval = clamp(clamp((now - tipChangedAt) / 2) * 2 ** Math.min(failures, 30));
  const longer = interval * (1 + jitterShare * random);
  // At the longest, chance takes away instead of adding.
  const varied = longer <= maxSeconds ? longer : maxSeconds * (1 - jitterShare * random);
  return now + Math.max(clamp(varied), Math.min(retryAfterSeconds, maxSeconds));
}
