import { symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { fetchRows, type FetchBench } from './fetching.ts';
import { readingRows } from './reading.ts';
import { findRepositories, generateRepository } from './repositories.ts';
import { scrapingRows } from './scraping.ts';
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
  const name = `${crypto.randomUUID()}.git`;
  await symlink(path, join(served, name));
  return `${remote}/${name}`;
}
