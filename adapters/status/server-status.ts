import { stat } from 'node:fs/promises';
import { freeBytes } from '../disk/free-disk.ts';

interface StatusSources<GitWorker, Cache> {
  /** Git's version. */
  readonly git: string;
  readonly gitWorker: () => GitWorker;
  /** The database; undefined where there is none. */
  readonly database: string | undefined;
  /** Whose disk counts. */
  readonly directory: string;
  /** As MIN_FREE_DISK_BYTES says. */
  readonly neededBytes: number;
  readonly queue: { running(): number; waiting(): number };
  readonly cache: { fill(): Cache };
}

/** `StatusPort` of the handlers for this process, which begins now. */
export function createStatus<GitWorker, Cache>(sources: StatusSources<GitWorker, Cache>) {
  const { git, gitWorker, database, directory, neededBytes, queue, cache } = sources;
  const startedAt = Math.floor(Date.now() / 1000);
  return {
    read: async () => ({
      git,
      node: process.versions.node,
      gitWorker: gitWorker(),
      startedAt,
      store:
        database === undefined
          ? { kind: 'memory' as const, bytes: null }
          : { kind: 'sqlite' as const, bytes: await databaseBytes(database) },
      queue: { running: queue.running(), waiting: queue.waiting() },
      cache: cache.fill(),
      disk: { freeBytes: await freeBytes(directory), neededBytes },
    }),
  };
}

/** What the database takes with its log; 0 where it is gone. */
async function databaseBytes(file: string): Promise<number> {
  const sizes = [file, `${file}-wal`].map((part) =>
    stat(part).then(
      ({ size }) => size,
      () => 0,
    ),
  );
  return (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0);
}
