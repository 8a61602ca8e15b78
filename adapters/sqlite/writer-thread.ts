import { statSync } from 'node:fs';
import { parentPort, workerData } from 'node:worker_threads';
import { connectWriter, checkpointWal, truncateLog, waitForLocks } from './connect.ts';
import { isSteps, type Steps } from './steps.ts';
import { now, type Answer, type Request } from './writer-calls.ts';
import { createWriter } from './write.ts';

// The thread that writes: what waits for the disk here, or for a million rows, holds up nobody who reads.

/** After so long without a request there is time for what nobody waits for, in milliseconds. */
const quiet = 500;

/**
 * Up to so many bytes a database from which something was removed is rewritten whole (`VACUUM`), which takes about a second: in
 * pages that hold rows of other projects too, SQLite can leave a copy of a row that is deleted later.
 */
const rewrittenBytes = 64 * 1024 ** 2;

const file = String(workerData);
const db = connectWriter(file);
const writer = createWriter(db);
const { ino: inode } = statSync(file);
const unpublished = new Set<number>();
let resting: NodeJS.Timeout | undefined;
// Whatever an earlier run has left is removed first.
let sweeping = true;
/** Whether the log holds what has been removed, and whether the database may. */
let isLogStale = false;
let isRewriteDue = false;
let isClosed = false;
setImmediate(sweep);

/** What a call returns, or the steps that it takes. */
function begin({ name, args, deadline }: Request): unknown {
  if (now() >= deadline) throw new Error('what came before it took too long');
  // A database that has been moved away would take what nobody ever finds again.
  if (statSync(file).ino !== inode) throw new Error('the file is another one than was opened');
  if (name === 'close') return undefined;
  // Of one that another thread has begun, which has ended, the sweep removes commits.
  const isGrown = name === 'append' || name === 'publish';
  if (isGrown && !unpublished.has(Number(args[0]))) throw new Error('the writer has ended');
  waitForLocks(db, deadline - now());
  return Reflect.apply(writer[name], undefined, args);
}

/** Goes on with a call, and between its steps with what else there is to do. */
function run(request: Request, steps: Steps<unknown>): void {
  if (isClosed) return;
  attempt(request, () => {
    const step = steps.next();
    if (step.done === true) return end(request, step.value);
    parentPort?.postMessage({ id: request.id, isStep: true } satisfies Answer);
    setImmediate(() => run(request, steps));
  });
}

function attempt({ id }: Request, work: () => void): void {
  try {
    work();
  } catch (error) {
    parentPort?.postMessage({ id, error: String(error) } satisfies Answer);
  }
}

function end({ id, name, args }: Request, value: unknown): void {
  if (name === 'begin') unpublished.add(Number(value));
  if (name === 'publish' || name === 'discard') unpublished.delete(Number(args[0]));
  if (name === 'removeProject' && value !== undefined) isLogStale = isRewriteDue = true;
  parentPort?.postMessage({ id, value } satisfies Answer);
  // What it has left over is looked for.
  sweepSoon();
}

function sweepSoon(): void {
  clearTimeout(resting);
  if (sweeping) return;
  sweeping = true;
  setImmediate(sweep);
}

/** Removes what is left over, a part at a time, between the requests that come meanwhile. */
function sweep(): void {
  if (isClosed) return;
  try {
    const step = writer.sweep(unpublished);
    sweeping = step === 'more';
    if (step === 'removed') isLogStale = isRewriteDue = true;
    if (!sweeping && isLogStale) isLogStale = !truncateLog(db);
  } catch {
    // Where nothing can be written, it is tried again after the next request.
    sweeping = false;
  }
  if (sweeping) setImmediate(sweep);
  // It holds up nobody who closes.
  else resting = setTimeout(rest, quiet).unref();
}

/** Shortens the log and rewrites the database when nobody waits for a write, nor is likely to. */
function rest(): void {
  try {
    if (isRewriteDue && statSync(file).size <= rewrittenBytes) {
      isRewriteDue = false;
      isLogStale = true;
      db.exec('VACUUM');
    }
    if (isLogStale) isLogStale = !truncateLog(db);
    else checkpointWal(db, file);
  } catch {
    // Where nothing can be written, it is tried again after the next request.
  }
  // Somebody reads it just now.
  if (isLogStale) resting = setTimeout(rest, quiet).unref();
}

parentPort?.on('message', (request: Request) => {
  attempt(request, () => {
    const value = begin(request);
    if (isSteps(value)) run(request, value);
    else end(request, value);
  });
  if (request.name === 'close') {
    isClosed = true;
    clearTimeout(resting);
    db.close();
    parentPort?.close();
    return;
  }
  sweepSoon();
});
