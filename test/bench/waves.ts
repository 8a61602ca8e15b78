import { symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { fetchRows, type FetchBench } from './fetching.ts';
import { busyRows } from './reading-busy.ts';
import { readingRows } from './reading.ts';
import { findRepositories, generateRepository } from './repositories.ts';
import { refreshingRows } from './refreshing.ts';
import { restartRows } from './restarting.ts';
import { scrapingRows } from './scraping.ts';
import { sizeRows } from './sizes.ts';
import { storingRows } from './storing.ts';
import type { Row } from './table.ts';

type Place = Omit<FetchBench, 'repository'>;

/** What is measured one after the other, each for itself. */
export interface Wave {
  readonly name: string;
  readonly commits: number;
  readonly measure: (place: Place) => Promise<readonly Row[]>;
}

/** Commits of the history that every reading is compared with. */
const few = 1000;

/** Commits of the history that is refreshed, about as many as git's own has. */
const refreshed = 80_000;

/** How many histories are refreshed by turns while another one is read. */
const beside = 20;

/** Commits of the greatest history that the store is tried with. */
const most = 1_000_000;

const invented: readonly Wave[] = [
  // As many commits as redis and curl have.
  ...[12_000, 39_000].map((commits) => {
    const name = `generated-${commits / 1000}k`;
    const measure = async (place: Place) => {
      const repository = await generateRepository(place.directory, name, commits);
      return fetchRows({ ...place, repository });
    };
    return { name, commits, measure };
  }),
  ...[few, 10_000, 100_000].map((commits) => {
    const measure = async (place: Place) =>
      readingRows({
        ...place,
        small: { url: await serve(place, few), commits: few },
        measured: { url: await serve(place, commits), commits },
      });
    return { name: `reading-${commits / 1000}k`, commits, measure };
  }),
  {
    name: 'scraping',
    commits: few,
    measure: async (place: Place) => scrapingRows({ ...place, url: await serve(place, few) }),
  },
  {
    name: 'refreshing',
    commits: refreshed,
    measure: async (place: Place) => {
      const { path } = await generateRepository(place.directory, 'refreshed', refreshed);
      return refreshingRows({ ...place, path, url: await link(place, path) });
    },
  },
  {
    name: 'reading-busy',
    commits: 100_000,
    measure: async (place: Place) => {
      const { path } = await generateRepository(place.directory, 'refreshed-beside', 10_000);
      const urls = await Promise.all(Array.from({ length: beside }, () => link(place, path)));
      const other = () => serve(place, 100_000);
      return busyRows({ ...place, url: await serve(place, few), other, refreshed: { path, urls } });
    },
  },
  ...[few, 12_000, 100_000].map((commits) => ({
    name: `size-${commits / 1000}k`,
    commits,
    measure: async (place: Place) => sizeRows({ ...place, url: await serve(place, commits) }),
  })),
  {
    name: 'store',
    commits: most,
    measure: async ({ directory }: Place) => storingRows(directory, most),
  },
  { name: 'restart', commits: most, measure: async (place: Place) => restartRows(place, most) },
];

/** Waves on repositories of invented commits, those of the given names where any are. */
export function inventedWaves(names: readonly string[]): readonly Wave[] {
  const chosen = invented.filter(({ name }) => names.length === 0 || names.includes(name));
  if (chosen.length > 0) return chosen;
  throw new Error(`there is none of that name, only ${invented.map(({ name }) => name).join()}`);
}

/** A wave for each of the bare repositories in a directory, those of the given names where any are. */
export async function fetchingWaves(
  directory: string,
  names: readonly string[],
): Promise<readonly Wave[]> {
  const repositories = await findRepositories(directory, names);
  return repositories.map((repository) => {
    const { name, commits } = repository;
    return { name, commits, measure: (place) => fetchRows({ ...place, repository }) };
  });
}

/** Lets the remote have that many invented commits; gives their url, of its own each time. */
async function serve({ directory, served, remote }: Place, commits: number): Promise<string> {
  const { path } = await generateRepository(directory, `read-${commits}`, commits);
  return link({ served, remote }, path);
}

/** Lets the remote have a repository; gives its url, of its own each time. */
async function link({ served, remote }: Pick<Place, 'served' | 'remote'>, path: string) {
  const name = `${crypto.randomUUID()}.git`;
  await symlink(path, join(served, name));
  return `${remote}/${name}`;
}
