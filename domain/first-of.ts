/** The first value of a sequence, undefined where it is empty, and the whole sequence with it, to be read once. */
export async function firstOf<Value>(
  sequence: AsyncIterable<Value> | readonly Value[],
): Promise<{ readonly first: Value | undefined; readonly all: AsyncIterable<Value> }> {
  const values = (async function* () {
    yield* sequence;
  })();
  const begin = await values.next();
  async function* all(): AsyncGenerator<Value> {
    if (begin.done === true) return;
    try {
      yield begin.value;
      yield* values;
    } finally {
      await values.return(undefined);
    }
  }
  return { first: begin.done === true ? undefined : begin.value, all: all() };
}
