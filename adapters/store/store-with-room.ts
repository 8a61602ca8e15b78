import { noRoom, type StorePort } from '../../domain/index.ts';

/** Commits written, some MB at most, before room is asked for again. */
const commitsPerCheck = 4000;

/**
 * The same store, which stops writing a history when the disk has no room for it.
 * @param hasRoom as {@link keepFree} gives it
 */
export function storeWithRoom(store: StorePort, hasRoom: () => Promise<boolean>): StorePort {
  const demandRoom = async () => {
    if (!(await hasRoom())) throw noRoom();
  };

  async function* whileRoom<Batch extends readonly unknown[]>(batches: AsyncIterable<Batch>) {
    let unchecked = commitsPerCheck;
    for await (const batch of batches) {
      unchecked += batch.length;
      if (unchecked >= commitsPerCheck) {
        await demandRoom();
        unchecked = 0;
      }
      yield batch;
    }
  }

  return {
    ...store,
    saveHistory: (history, batches) => store.saveHistory(history, whileRoom(batches)),
    async extendHistory(history, from, difference) {
      // A few commits are what the room is kept for.
      if (difference.fresh.length >= commitsPerCheck) await demandRoom();
      return store.extendHistory(history, from, difference);
    },
  };
}
