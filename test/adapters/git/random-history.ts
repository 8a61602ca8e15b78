import { git } from '../../kit/git.ts';
import type { Random } from '../../kit/random.ts';
import type { Repository } from '../../kit/repository.ts';

/** What was done to a repository. */
export type Step = 'push' | 'merge' | 'octopus' | 'root' | 'forced push';

/** A repository that changes in all the ways that people and their clocks change one. */
export interface RandomHistory {
  /** Changes it, and tells how. */
  step(): Promise<Step>;
  /** What `git rev-list` of a fresh clone prints: every commit, in `git log`'s order. */
  order(): Promise<readonly string[]>;
}

/** Drawn and not diced, so that every run has its share of each. */
const twentySteps: readonly Step[] = [
  ...Array<Step>(7).fill('push'),
  ...Array<Step>(7).fill('merge'),
  ...Array<Step>(2).fill('octopus'),
  'root',
  ...Array<Step>(3).fill('forced push'),
];

/** How far back a merged branch began, in commits, at least. */
const farBack = 50;

/** Begins with enough commits to merge something old. */
export async function randomHistory(
  repository: Repository,
  random: Random,
): Promise<RandomHistory> {
  let tip = await repository.linear(120);
  const dates = new Map<string, number>();
  let clock = 1_900_000_000;

  const order = async () => (await git(repository.path, ['rev-list', 'main'])).split('\n');
  const commit = async (...parents: readonly string[]) => {
    const before = dates.get(parents[0] ?? '') ?? clock;
    clock += 1 + random.below(1000);
    // A fifth with the date of the parent, a tenth behind it.
    const roll = random.below(10);
    const date = roll < 2 ? before : roll === 2 ? before - random.below(500_000) : clock;
    const sha = await repository.commit({
      parents,
      date: `${date} +0000`,
      message: `${clock} ${random.below(1e9)}\n`,
    });
    dates.set(sha, date);
    return sha;
  };
  const grow = async (from: string, most: number) => {
    let end = from;
    for (let count = 1 + random.below(most); count > 0; count--) end = await commit(end);
    return end;
  };
  const oldOne = async () => {
    const all = await order();
    const back = Math.min(all.length - 1, farBack + random.below(farBack));
    return all[back] ?? tip;
  };

  const steps: Readonly<Record<Step, () => Promise<string>>> = {
    push: async () => grow(tip, 5),
    merge: async () => commit(tip, await grow(await oldOne(), 4)),
    octopus: async () => {
      const branches = [await grow(await oldOne(), 3), await grow(await oldOne(), 3)];
      return commit(tip, ...branches);
    },
    root: async () => commit(tip, await grow(await commit(), 3)),
    'forced push': async () => {
      const all = await order();
      const back = all[Math.min(all.length - 1, 1 + random.below(30))] ?? tip;
      return random.chance(0.7) ? grow(back, 4) : back;
    },
  };

  let deck: Step[] = [];
  return {
    order,
    async step() {
      if (deck.length === 0) deck = [...twentySteps];
      const [step = 'push'] = deck.splice(random.below(deck.length), 1);
      tip = await steps[step]();
      await repository.branch('main', tip);
      return step;
    },
  };
}
