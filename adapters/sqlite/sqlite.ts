import type { DatabaseSync } from 'node:sqlite';
import type { Commit, Project, StorePort } from '../../domain/index.ts';
import { createReadLimits, type ReadLimits } from '../../domain/long-reads.ts';
import { countAuthors } from './authors.ts';
import { connectReader, connectWriter } from './connect.ts';
import { countAll, findCommits } from './find-commits.ts';
import { createReader, type Reader } from './read.ts';
import { migrate, NewerSchema } from './schema.ts';
import { transaction } from './transaction.ts';
import { startWriter, unavailable, type WriterCalls } from './writer-calls.ts';

/** The database cannot be used; the message says why and what to do, in one sentence. */
export class UnusableDatabase extends Error {
  override readonly name = 'UnusableDatabase';
}

/**
 * Keeps everything in an SQLite database: reads on this thread, which take less than a few milliseconds each, and
 * writes on another one. What has been saved survives whatever happens to this process or the machine.
 * @param file is made where it is missing
 * @param limits of the reads that take many steps; two at once unless given
 * @throws UnusableDatabase
 */
export function openSqliteStore(file: string, limits: ReadLimits = createReadLimits(2)): StorePort {
  prepare(file);
  const db = connectReader(file);
  const reader = createReader(db);
  const writer = startWriter(file);
  let checking: Promise<void> | undefined;
  // Nearly every request asks for a project, and only a write changes one: before anybody here hears of it.
  const kept = new Map<string, Project>();
  let writing = 0;
  const write: WriterCalls['call'] = (...call) => {
    kept.clear();
    writing++;
    return writer.call(...call).finally(() => writing--);
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
    rewrites: (name) => read((from) => from.rewrites(name)),
    lostCommits: (name, newTip) => read((from) => from.lostCommits(name, newTip)),

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
        // Where that fails too, the next start removes it.
        await write('discard', id).catch(() => {});
        throw error;
      }
    },

    extendHistory: (history, from, difference) => write('extend', history, from, difference),
    saveUnchanged: (history) => write('saveUnchanged', history),
    saveFailure: (attempt) => write('saveFailure', attempt),

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
      db.close();
      await writer.close();
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

/** Brings the file to the newest schema, or says why it cannot be used. */
function prepare(file: string): void {
  try {
    const db = connectWriter(file);
    try {
      migrate(db);
      forgetUnnamed(db);
    } finally {
      db.close();
    }
  } catch (cause) {
    throw new UnusableDatabase(`${file} cannot be used: ${reasonOf(cause)}`, { cause });
  }
}

/** What a crash has left between fetching a history and naming it; its commits are swept by the writer. */
function forgetUnnamed(db: DatabaseSync): void {
  const unnamed = 'WHERE url NOT IN (SELECT url FROM projects)';
  transaction(db, 'BEGIN IMMEDIATE', () => {
    db.exec(`
      DELETE FROM lost_commits WHERE rewrite IN (SELECT id FROM rewrites ${unnamed});
      DELETE FROM rewrites ${unnamed};
      DELETE FROM urls ${unnamed};
    `);
  });
}

/** By SQLite's primary result codes, https://www.sqlite.org/rescode.html. */
const reasons: Readonly<Record<number, string>> = {
  5: 'another program has locked it; stop that one first.',
  8: 'it cannot be written; check its permissions and those of its directory.',
  10: 'the disk cannot be read or written; check it.',
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

function isSqliteError(error: unknown): error is Error & { readonly errcode: unknown } {
  return error instanceof Error && 'errcode' in error;
}
