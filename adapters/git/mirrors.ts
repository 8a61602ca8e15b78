import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { readdir, rename, rm } from 'node:fs/promises';
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
  /** Leaves the directory to others. */
  close(): void;
}

/** Another process uses the directory; the message says so in one sentence. */
export class DirectoryInUse extends Error {
  override readonly name = 'DirectoryInUse';
}

/**
 * Makes the directory this process's own, by a file `lock` with its number and when it started.
 * @returns a function that gives it up
 * @throws DirectoryInUse
 */
function lock(directory: string): () => void {
  const file = join(directory, 'lock');
  const { pid, started } = readOwner(file);
  // In a container every run has one of the same few numbers: an earlier run's is now our own, or one of our threads'.
  if (pid !== 0 && pid !== process.pid && isRunning(pid, started)) {
    throw new DirectoryInUse(
      `${directory} is used by the process ${pid}; stop that, or choose another DATA_DIR.`,
    );
  }
  writeFileSync(file, `${process.pid} ${startOf(process.pid)}`);
  return () => rmSync(file, { force: true });
}

interface Owner {
  /** 0 where there is none. */
  readonly pid: number;
  /** As {@link startOf} gave it. */
  readonly started: string;
}

/** The process that a lock file names. */
function readOwner(file: string): Owner {
  try {
    const [pid, started = ''] = readFileSync(file, 'utf8').split(' ');
    return { pid: Number(pid), started };
  } catch {
    return { pid: 0, started: '' };
  }
}

function isRunning(pid: number, started: string): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    // EPERM: it runs, as somebody else.
    if (!(error instanceof Error && 'code' in error && error.code === 'EPERM')) return false;
  }
  const start = startOf(pid);
  return start === '' || started === '' || start === started;
}

/** When a process started, in ticks since the system did; empty where that is not told. */
function startOf(pid: number): string {
  try {
    // The second field, the program's name in brackets, may hold spaces and brackets of its own.
    const [, stat = ''] = /^.*\) (.*)/s.exec(readFileSync(`/proc/${pid}/stat`, 'utf8')) ?? [];
    return stat.split(' ')[19] ?? '';
  } catch {
    return '';
  }
}

/** Keeps mirrors in `mirrors/` and scratch directories in `tmp/` of a directory, on one file system so that a move is atomic. */
export function openMirrors(directory: string): Mirrors {
  const mirrors = join(directory, 'mirrors');
  const tmp = join(directory, 'tmp');
  mkdirSync(mirrors, { recursive: true });
  mkdirSync(tmp, { recursive: true });
  const unlock = lock(directory);
  const path = (url: string) => {
    // Loading it takes longer than starting git does: not before it is needed.
    const { hash } = process.getBuiltinModule('node:crypto');
    return join(mirrors, `${hash('sha256', url).slice(0, 40)}.git`);
  };

  async function scratch<Result>(work: (path: string) => Promise<Result>): Promise<Result> {
    const place = mkdtempSync(join(tmp, '/'));
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
    close: unlock,
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
