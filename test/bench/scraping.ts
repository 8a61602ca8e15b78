import { addProject, startProduct, type ProductOptions } from './product.ts';
import { median } from './pairs.ts';
import { rawGet } from './raw-get.ts';
import { figureRow, type Row } from './table.ts';

/** As many as there may be by default. */
const projects = 500;

/** How many are added at once: fewer than the server would fetch at a time. */
const together = 50;

/** How many scrapes are timed. */
const counted = 15;

/** What Prometheus is told of one project and of many, which all have the history at that url. */
export async function scrapingRows(
  bench: ProductOptions & { readonly url: string },
): Promise<readonly Row[]> {
  const { url, signal } = bench;
  const server = await startProduct(bench);
  const add = (number: number) =>
    addProject(server.url, `organisation-repository-${number}`, url, signal);
  try {
    await add(0);
    const rows = [...(await scrape(server.url, '1 project'))];
    for (let first = 1; first < projects; first += together) {
      const length = Math.min(together, projects - first);
      await Promise.all(Array.from({ length }, (_, index) => add(first + index)));
    }
    return [...rows, ...(await scrape(server.url, `${projects} projects`))];
  } finally {
    await server.stop();
  }
}

async function scrape(server: string, name: string): Promise<readonly Row[]> {
  const url = `${server}/metrics`;
  // As Prometheus asks.
  const headers = { 'accept-encoding': 'gzip' };
  const took: number[] = [];
  for (let round = 0; round < counted; round++) {
    const begin = performance.now();
    await rawGet(url, { headers });
    took.push(performance.now() - begin);
  }
  const { body } = await rawGet(url);
  return [
    figureRow(`/metrics, ${name}`, 'ms', median(took), 100),
    figureRow(`/metrics, ${name}, size`, 'MB', body.length / 1e6, 1.5),
  ];
}
