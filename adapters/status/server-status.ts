import { stat } from 'node:fs/promises';
import type { ByteCache } from '../cache/lru.ts';
import type { LocalQueue } from '../queue/queue.ts';
import type { ServerStatus, StatusPort } from '../../domain/index.ts';
import { freeBytes } from '../disk/free-disk.ts';

interface StatusSources {
  /** Git's version. */
  readonly git: string;
  readonly gitWorker: () => ServerStatus['gitWorker'];
  /** The database; undefined where there is none. */
  readonly database: string | undefined;
  /** Whose disk counts. */
  readonly directory: string;
  /** As MIN_FREE_DISK_BYTES says. */
  readonly neededBytes: number;
  readonly queue: Pick<LocalQueue, 'running' | 'waiting'>;
  readonly cache: Pick<ByteCache, 'fill'>;
}

/** StatusPort of this process, which begins now. */
export function createStatus(sources: StatusSources): StatusPort {
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
          ? { kind: 'memory', bytes: null }
          : { kind: 'sqlite', bytes: await databaseBytes(database) },
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
