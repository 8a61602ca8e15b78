import type { ExecutionContext } from 'ava';

export interface Random {
  /** A whole number from 0 to below `limit`. */
  below(limit: number): number;
  /** Whether something of that chance, 0 to 1, happens. */
  chance(share: number): boolean;
  /** Any of the values, of which there is one at least. */
  pick<Value>(values: readonly [Value, ...Value[]] | readonly Value[]): Value;
}

/** The seed of a test, which its report tells: another one each time, unless `SEED` is given. */
export function seedOf(t: Pick<ExecutionContext, 'log'>): number {
  const seed = Number(process.env['SEED'] ?? Math.floor(Math.random() * 1e9));
  t.log(`seed ${seed}`);
  return seed;
}

/** Numbers that look random, and are the same for the same seed (mulberry32). */
export function random(seed: number): Random {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  return {
    below: (limit) => Math.floor(next() * limit),
    chance: (share) => next() < share,
    pick: (values) => {
      const value = values[Math.floor(next() * values.length)];
      if (value === undefined) throw new Error('there is nothing to pick from');
      return value;
    },
  };
}
