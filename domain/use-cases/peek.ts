interface Begun<Value> {
  /** Undefined where there is none. */
  readonly first: Value | undefined;
  /** The first one too; to be read once. */
  readonly all: AsyncIterable<Value>;
  /** Ends the sequence where it is not read to its end, or not at all. */
  close(): Promise<unknown>;
}

/** The first value of a sequence, and all of it. */
export async function peek<Value>(
  sequence: AsyncIterable<Value> | readonly Value[],
): Promise<Begun<Value>> {
  const values = (async function* () {
    yield* sequence;
  })();
  const begin = await values.next();
  async function* all(): AsyncGenerator<Value> {
    if (begin.done === true) return;
    yield begin.value;
    yield* values;
  }
  return {
    first: begin.done === true ? undefined : begin.value,
    all: all(),
    close: () => values.return(undefined),
  };
}
