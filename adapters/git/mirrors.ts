import { existsSync, mkdirSync, mkdtempSync } from 'node:fs';
import { readdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';

/** Bare repositories on disk, one for each url, and the temporary ones where they are made. */
export interface Mirrors {
  /** Where all of them are. */
  readonly directory: string;
  /** Where the mirror of a url is, or would be. The name is a digest: a url can hold what no file name can. */
  path(url: string): string;
  /** Runs `work` in a new empty directory, which is gone afterwards whatever happens. */
  withTempRepository<Result>(work: (path: string) => Promise<Result>): Promise<Result>;
  /** Moves a repository from a temporary directory to where the mirror of a url is. */
  install(url: string, path: string): Promise<void>;
  /**
   * The mirror of a url, if there is one. The first time, what a git that was killed left in it is removed: a lock would
   * stop every fetch from then on.
   */
  open(url: string): Promise<string | undefined>;
  /** Some mirror of object format sha1, if there is one. */
  any(): Promise<string | undefined>;
  /** Runs work that replaces packs of the mirror of a url by others. */
  repack<Result>(url: string, work: () => Promise<Result>): Promise<Result>;
  /** What it returns tells whether packs of the mirror of a url may have been replaced since. */
  watchRepacks(url: string): () => boolean;
  remove(url: string): Promise<void>;
  /** Removes everything left over in temporary directories, and every mirror but those of these urls. */
  clear(urls: readonly string[]): Promise<void>;
}

/** Keeps mirrors in `mirrors/` and temporary directories in `tmp/` of a directory, on one file system so that a move is atomic. */
export function openMirrors(directory: string): Mirrors {
  const mirrors = join(directory, 'mirrors');
  const tmp = join(directory, 'tmp');
  mkdirSync(mirrors, { recursive: true });
  mkdirSync(tmp, { recursive: true });
  const opened = new Set<string>();
  /** The last repack of each url that had one. */
  const repacks = new Map<string, { isOver: boolean }>();
  const path = (url: string) => {
    // Loading it takes longer than starting git does: not before it is needed.
    const { hash } = process.getBuiltinModule('node:crypto');
    return join(mirrors, `${hash('sha256', url).slice(0, 40)}.git`);
  };

  async function withTempRepository<Result>(
    work: (path: string) => Promise<Result>,
  ): Promise<Result> {
    const repository = mkdtempSync(join(tmp, '/'));
    try {
      return await work(repository);
    } finally {
      await rm(repository, removal);
    }
  }

  return {
    directory,
    path,
    withTempRepository,
    install: async (url, repository) =>
      withTempRepository(async (aside) => {
        // rename(2) replaces an empty directory, so nobody ever finds half a mirror.
        await rename(path(url), aside).catch(unlessMissing);
        await rename(repository, path(url));
      }),
    open: async (url) => {
      const mirror = path(url);
      if (!existsSync(mirror)) return undefined;
      if (!opened.has(url)) await removeLeftovers(mirror);
      opened.add(url);
      return mirror;
    },
    any: async () => {
      for (const name of await readdir(mirrors)) {
        const config = await readFile(join(mirrors, name, 'config'), 'utf8').catch(
          () => 'objectformat',
        );
        if (!config.includes('objectformat')) return join(mirrors, name);
      }
      return undefined;
    },
    repack: async (url, work) => {
      const repack = { isOver: false };
      repacks.set(url, repack);
      try {
        return await work();
      } finally {
        repack.isOver = true;
      }
    },
    watchRepacks: (url) => {
      const last = repacks.get(url);
      const isRunning = last?.isOver === false;
      return () => isRunning || repacks.get(url) !== last;
    },
    remove: async (url) => {
      opened.delete(url);
      repacks.delete(url);
      await rm(path(url), removal);
    },
    clear: async (urls) => {
      const mirrorsOfUrls = new Set(urls.map(path));
      for (const folder of [mirrors, tmp]) {
        for (const entry of await readdir(folder)) {
          if (!mirrorsOfUrls.has(join(folder, entry))) await rm(join(folder, entry), removal);
        }
      }
    },
  };
}

/** A killed git may still write for a moment: try again until the directory stays empty. */
export const removal = { recursive: true, force: true, maxRetries: 5 } as const;

/** Locks and half-written files of a git that was killed. */
async function removeLeftovers(mirror: string): Promise<void> {
  for (const entry of await readdir(mirror, { recursive: true })) {
    if (/(?:\.lock|\/tmp_[^/]*)$/.test(entry)) await rm(join(mirror, entry), removal);
  }
}

function unlessMissing(error: unknown): void {
  if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error;
}
