import { statfsSync } from 'node:fs';
import { dirname } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import type { Commit, Project, StorePort } from '../../domain/index.ts';
import { createReadLimits, type ReadLimits } from '../../domain/long-reads.ts';
import { countAuthors } from './authors.ts';
import { enableAutoVacuum } from './auto-vacuum.ts';
import { connectImmutable, connectReader, connectWriter } from './connect.ts';
import { countAll, findCommits } from './find-commits.ts';
import { createReader, type Reader } from './read.ts';
import { isNewest, migrate, NewerSchema } from './schema.ts';
import { transaction } from './transaction.ts';
import { startWriter, unavailable, type WriterCalls } from './writer-calls.ts';

/** The database cannot be used; the message says why and what to do, in one sentence. */
export class UnusableDatabase extends Error {
  override readonly name = 'UnusableDatabase';
}

export interface SqliteOptions {
  /** Of the reads that take many steps; two at once unless given. */
  readonly limits?: ReadLimits;
  /** How long a write may take until it is given up, from when it was asked for, in milliseconds; 30,000 unless given. */
  readonly timeoutMs?: number;
  /** Is told what else somebody should know. */
  readonly warn?: (message: string) => void;
}

/** How long after its start a thread that has ended is started again at the earliest, in milliseconds. */
const restartMs = 1000;

/**
 * Keeps everything in an SQLite database: reads on this thread, which take less than a few milliseconds each, and
 * writes on another one. What has been saved survives whatever happens to this process or the machine.
 * @param file is made where it is missing; on a full disk it is read alone, until there is room
 * @throws UnusableDatabase
 */
export function openSqliteStore(file: string, options: SqliteOptions = {}): StorePort {
  const { limits = createReadLimits(2), warn = () => {}, timeoutMs = 30_000 } = options;
  const start: StartWriter = () => {
    writerStartedAt = performance.now();
    return startWriter(file, {
      timeoutMs,
      wroteLate: () => kept.clear(),
      failed: (cause) =>
        warn(`The thread that writes ${file} has ended, and is started again: ${String(cause)}`),
    });
  };
  let writerStartedAt = 0;
  let { reader, writer, close } = open(file, { start, tell: warn });
  let checking: Promise<void> | undefined;
  // Nearly every request asks for a project, and only a write changes one: before anybody here hears of it.
  const kept = new Map<string, Project>();
  let writing = 0;
  let isClosed = false;
  const write: WriterCalls['call'] = (...call) => {
    kept.clear();
    writing++;
    return writable()
      .then((opened) => opened.call(...call))
      .finally(() => writing--);
  };
  const writable = async (): Promise<WriterCalls> => {
    if (writer?.hasEnded() === false) return writer;
    if (isClosed) throw unavailable('the store is closed');
    if (writer !== undefined) {
      if (performance.now() - writerStartedAt < restartMs)
        throw unavailable('the writer has ended');
      writer = start();
      return writer;
    }
    try {
      // What there is to tell has been told.
      const opened = openWritable(file, { start, tell: () => {} });
      close();
      ({ reader, writer, close } = opened);
      return opened.writer;
    } catch (error) {
      throw unavailable(error);
    }
  };

  const read = async <Result>(query: (from: Reader) => Result): Promise<Result> => {
    try {
      return query(reader);
    } catch (error) {
      throw isSqliteError(error) ? unavailable(error) : error;
    }
  };
  const findProject = async (name: string): Promise<Project | undefined> => {
    const project = kept.get(name) ?? (await read((from) => from.project(name)));
    if (project !== undefined && writing === 0) kept.set(name, project);
    return project;
  };

  return {
    projects: () => read((from) => from.projects()),
    project: findProject,
    commits: (name, range) => read((from) => from.commits(name, range)),
    search: (name, range, signal) =>
      limits.searches.run((next) => {
        const look = (query: Parameters<Reader['searchStep']>[1]) =>
          read((from) => from.searchStep(name, query));
        return findCommits(look, range, next);
      }, signal),
    namesakes: (name, prefix) => read((from) => from.namesakes(name, prefix)),
    counts: (of, range, signal) =>
      limits.counts.run(
        (next) => countAll((after) => read((from) => from.countStep(of, range, after)), next),
        signal,
      ),
    authors: (of, limit, signal) =>
      limits.counts.run(
        (next) => countAuthors(limit, (after) => read((from) => from.authorsStep(of, after)), next),
        signal,
      ),
    async history(name) {
      const project = await findProject(name);
      return project && { project, commits: () => readWhole(read, project) };
    },
    tracked: (url) => read((from) => from.tracked(url)),
    namesOf: (url) => read((from) => from.namesOf(url)),
    due: (now) => read((from) => from.due(now)),
    rewrites: (name, range) => read((from) => from.rewrites(name, range)),
    rewriteTo: (name, newTip) => read((from) => from.rewriteTo(name, newTip)),
    lostCommits: (name, newTip, range) => read((from) => from.lostCommits(name, newTip, range)),

    async saveHistory(history, batches) {
      const id = await write('begin');
      try {
        let taken = 0;
        for await (const commits of batches) {
          await write('append', id, taken, commits);
          taken += commits.length;
        }
        return await write('publish', id, taken, history);
      } catch (error) {
        // Where that fails too, the next start removes it. Where nothing is answered, nobody waits for that as well.
        void write('discard', id).catch(() => {});
        throw error;
      }
    },

    extendHistory: (history, from, difference) => write('extend', history, from, difference),
    saveUnchanged: (history) => write('saveUnchanged', history),
    saveFailure: (attempt) => write('saveFailure', attempt),
    // No project looks different for it, so that what is known of them stays.
    beginAttempt: async (attempt) => (await writable()).call('beginAttempt', attempt),
    dropAttempt: async (url) => (await writable()).call('dropAttempt', url),
    openAttempts: () => read((from) => from.openAttempts()),

    async saveProject(request) {
      const named = await write('name', { ...request, how: 'with_history' });
      if (named === 'full' || named === 'no_history') return named;
      const project = await findProject(request.name);
      if (project?.url !== request.url || named === 'taken') return 'no_history';
      return { project, replaced: named.before === request.url ? undefined : named.before };
    },

    async reserveProject(request) {
      const named = await write('name', { ...request, how: 'reserve' });
      return named === 'full' || named === 'taken' ? named : 'reserved';
    },

    removeProject: (name) => write('removeProject', name),
    dropHistory: (url) => write('dropUrl', url),

    async check() {
      // However many ask at once, the disk is asked once.
      checking ??= write('check').finally(() => (checking = undefined));
      await checking;
      await read((from) => from.project('check'));
    },

    async close() {
      // The last one to close takes the log into the database, which only the writer can.
      isClosed = true;
      close();
      await writer?.close();
    },
  };
}

async function* readWhole(
  read: <Result>(query: (from: Reader) => Result) => Promise<Result>,
  { url, tip, commits }: Project,
): AsyncGenerator<readonly Commit[]> {
  if (tip === null) return;
  for (let skip = 0; skip < commits;) {
    const place = { tip, commits, skip };
    const batch = await read((from) => from.onwards(url, place));
    skip += batch.length;
    yield batch;
  }
}

/** A database that is open: `close` is of the connection that reads. */
interface Opened {
  readonly reader: Reader;
  readonly writer: WriterCalls | undefined;
  readonly close: () => void;
}

type StartWriter = () => WriterCalls;

interface Opening {
  readonly start: StartWriter;
  readonly tell: (message: string) => void;
}

function open(file: string, { start, tell }: Opening): Opened {
  try {
    return openWritable(file, { start, tell });
  } catch (cause) {
    const readable = isDiskFault(cause, file) ? openReadable(file) : undefined;
    if (readable === undefined) {
      throw new UnusableDatabase(`${file} cannot be used: ${reasonOf(cause)}`, { cause });
    }
    tell(`${file} can be read and not written: ${reasonOf(cause)}`);
    return readable;
  }
}

function openWritable(file: string, { start, tell }: Opening) {
  prepare(file, tell);
  const db = connectReader(file);
  return { reader: createReader(db), writer: start(), close: () => db.close() };
}

/** What can be read without a byte of the disk: a database of this program's schema whose log is empty. */
function openReadable(file: string): Opened | undefined {
  try {
    const db = connectImmutable(file);
    if (db !== undefined && isNewest(db)) {
      return { reader: createReader(db), writer: undefined, close: () => db.close() };
    }
    db?.close();
  } catch {
    // What could not be written is told.
  }
  return undefined;
}

/** Brings the file to the newest schema. */
function prepare(file: string, tell: (message: string) => void): void {
  enableAutoVacuum(file, tell);
  const db = connectWriter(file);
  try {
    migrate(db, (message) => tell(`${file} ${message}`));
    try {
      forgetUnnamed(db);
    } catch (error) {
      // Nobody sees them, and the next start forgets them.
      if (!isDiskFault(error, file)) throw error;
    }
  } finally {
    db.close();
  }
}

/**
 * For how long it is remembered that a process did not survive fetching what no project names, in seconds: PROJECTS_FILE may
 * ask for it at each start.
 */
const rememberedAttempt = 7 * 86_400;

/** What a crash has left between fetching a history and naming it; its commits are swept by the writer. */
function forgetUnnamed(db: DatabaseSync): void {
  const unnamed = 'WHERE url NOT IN (SELECT url FROM projects)';
  transaction(db, 'BEGIN IMMEDIATE', () => {
    db.exec(`
      DELETE FROM lost_commits WHERE rewrite IN (SELECT id FROM rewrites ${unnamed});
      DELETE FROM rewrites ${unnamed};
      DELETE FROM urls ${unnamed};
      DELETE FROM attempts ${unnamed} AND at < unixepoch() - ${rememberedAttempt};
    `);
  });
}

/** By SQLite's primary result codes, https://www.sqlite.org/rescode.html. */
const reasons: Readonly<Record<number, string>> = {
  5: 'another program has locked it; stop that one first.',
  8: 'it cannot be written; check its permissions and those of its directory.',
  10: 'the disk cannot be read or written, or is full; check it.',
  11: 'it is damaged; put a backup in its place, or move it away to begin anew.',
  13: 'the disk is full; make room.',
  14: 'it cannot be opened or made; check its permissions and those of its directory.',
  26: 'it is no SQLite database; move it away, or set STORE_URL to another file.',
};

function reasonOf(error: unknown): string {
  if (error instanceof NewerSchema) {
    return `${error.message}; start a newer version, or put back the backup from before the upgrade.`;
  }
  if (isSqliteError(error)) return reasons[Number(error.errcode) & 0xff] ?? `${error.message}.`;
  return String(error);
}

/** A full disk, also where only SQLite's files beside the database find no room, or no inode. */
function isDiskFault(error: unknown, file: string): boolean {
  if (!isSqliteError(error)) return false;
  const code = Number(error.errcode) & 0xff;
  if (code === 14) return hasNoInodes(dirname(file));
  return code === 10 || code === 13;
}

function hasNoInodes(directory: string): boolean {
  try {
    const { files, ffree } = statfsSync(directory);
    // Some file systems make inodes as they need them, and tell of none.
    return files > 0 && ffree === 0;
  } catch {
    return false;
  }
}

function isSqliteError(error: unknown): error is Error & { readonly errcode: unknown } {
  return error instanceof Error && 'errcode' in error;
}
