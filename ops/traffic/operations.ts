/** A repository that traffic is made for: the name it is added under, and its url. */
export interface Repository {
  readonly name: string;
  readonly url: string;
}

/** One request to make, and how long to wait after it. */
export interface Operation {
  readonly method: 'GET' | 'POST';
  readonly route: '/add' | '/list' | '/json';
  readonly repository: Repository;
  readonly waitSeconds: number;
}

export interface OperationsOptions {
  readonly count: number;
  readonly seed: number;
  readonly repositories: readonly Repository[];
  /** The shortest and the longest wait. */
  readonly wait: readonly [minimum: number, maximum: number];
}

/** Random operations, the same ones for the same seed. */
export function* randomOperations(options: OperationsOptions): Generator<Operation> {
  const { count, seed, repositories, wait } = options;
  const random = createRandom(seed);
  const pick = <Item>(items: readonly Item[]) => items[Math.floor(random() * items.length)];
  const [minimum, maximum] = wait;
  for (let index = 0; index < count; index++) {
    const route = pick(['/add', '/list', '/json'] as const);
    const repository = pick(repositories);
    if (route === undefined || repository === undefined) return;
    const method = route === '/add' ? 'POST' : 'GET';
    // In tenths of a second, which read well and are short enough.
    const waitSeconds = Math.round((minimum + random() * (maximum - minimum)) * 10) / 10;
    yield { method, route, repository, waitSeconds };
  }
}

/** Numbers from 0 to 1 that follow from a seed: mulberry32. */
function createRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let bits = Math.imul(state ^ (state >>> 15), state | 1);
    bits ^= bits + Math.imul(bits ^ (bits >>> 7), bits | 61);
    return ((bits ^ (bits >>> 14)) >>> 0) / 2 ** 32;
  };
}
