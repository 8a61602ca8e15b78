/** How many projects are told of before listeners get a turn: far fewer events than may wait for one. */
const batchSize = 100;

/**
 * Publishes what there is to tell of each project of a url. Listeners take what waits for them only between two batches: with
 * thousands of names, all at once would be more than may wait, and every listener would be cut off.
 */
export async function publishInBatches(
  projects: readonly string[],
  publish: (project: string) => void,
): Promise<void> {
  for (let start = 0; start < projects.length; start += batchSize) {
    if (start > 0) await new Promise((resolve) => void setImmediate(resolve));
    for (const project of projects.slice(start, start + batchSize)) publish(project);
  }
}
