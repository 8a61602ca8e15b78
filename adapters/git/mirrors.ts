import { createHash, randomUUID } from 'node:crypto';
import { mkdir, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';

/** Bare repositories on disk, one for each url, and the places where new ones grow. */
export interface Mirrors {
  /** Where the mirror of a url is, or would be. The name is a digest: a url can hold what no file name can. */
  path(url: string): string;
  /** Runs `work` in a new empty directory, which is gone afterwards whatever happens. */
  scratch<Result>(work: (path: string) => Promise<Result>): Promise<Result>;
  /** Makes a repository grown in a scratch directory the mirror of a url. */
  adopt(url: string, path: string): Promise<void>;
  remove(url: string): Promise<void>;
  /** Removes every mirror and everything left over in scratch directories. */
  clear(): Promise<void>;
}

/** Keeps mirrors in `mirrors/` and scratch directories in `tmp/` of a directory, on one file system so that a move is atomic. */
export async function openMirrors(directory: string): Promise<Mirrors> {
  const mirrors = join(directory, 'mirrors');
  const tmp = join(directory, 'tmp');
  await mkdir(mirrors, { recursive: true });
  await mkdir(tmp, { recursive: true });
  const path = (url: string) =>
    join(mirrors, `${createHash('sha256').update(url).digest('hex').slice(0, 40)}.git`);

  async function scratch<Result>(work: (path: string) => Promise<Result>): Promise<Result> {
    const place = join(tmp, randomUUID());
    await mkdir(place);
    try {
      return await work(place);
    } finally {
      await rm(place, removal);
    }
  }

  return {
    path,
    scratch,
    adopt: async (url, grown) =>
      scratch(async (aside) => {
        // A directory may take the place of an empty one, so nobody ever finds half a mirror.
        await rename(path(url), aside).catch(unlessMissing);
        await rename(grown, path(url));
      }),
    remove: async (url) => rm(path(url), removal),
    clear: async () => {
      for (const place of [mirrors, tmp]) {
        for (const entry of await readdir(place)) await rm(join(place, entry), removal);
      }
    },
  };
}

/** A killed git may still write for a moment: try again until the directory stays empty. */
const removal = { recursive: true, force: true, maxRetries: 5 } as const;

function unlessMissing(error: unknown): void {
  if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error;
}
