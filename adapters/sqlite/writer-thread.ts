import { statSync } from 'node:fs';
import { parentPort, workerData } from 'node:worker_threads';
import { now, type MethodName, type RpcRequest } from '../rpc/messages.ts';
import { createRpcServer, type RpcCall } from '../rpc/server.ts';
import { connectWriter, checkpointWal, truncateLog, waitForLocks } from './connect.ts';
import { isSteps, type Steps } from './steps.ts';
import type { WriterMethods } from './writer-calls.ts';
import { createWriter } from './write.ts';

// The thread that writes: what waits for the disk here, or for a million rows, holds up nobody who reads.

/** After so long without a request there is time for what nobody waits for, in milliseconds. */
const quiet = 500;

/**
 * Up to so many bytes a database from which something was removed is rewritten whole (`VACUUM`), which takes about a second: in
 * pages that hold rows of other projects too, SQLite can leave a copy of a row that is deleted later.
 */
const rewrittenBytes = 64 * 1024 ** 2;

type WriterCall = RpcCall<MethodName<WriterMethods>>;

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

/** Begins a call, and sweeps what it has left over after it. */
function perform({ method, args, deadline, onProgress }: WriterCall): unknown {
  if (method === 'close') return close();
  if (isClosed) throw new Error('the writer has ended');
  // A database that has been moved away would take what nobody ever finds again.
  if (statSync(file).ino !== inode) throw new Error('the file is another one than was opened');
  // Of one that another thread has begun, which has ended, the sweep removes commits.
  const isGrown = method === 'append' || method === 'publish';
  if (isGrown && !unpublished.has(Number(args[0]))) throw new Error('the writer has ended');
  waitForLocks(db, deadline - now());
  const end = (value: unknown): unknown => {
    if (method === 'begin') unpublished.add(Number(value));
    if (method === 'publish' || method === 'discard') unpublished.delete(Number(args[0]));
    if (method === 'removeProject' && value !== undefined) isLogStale = isRewriteDue = true;
    sweepSoon();
    return value;
  };
  const value: unknown = Reflect.apply(writer[method], undefined, args);
  return isSteps(value) ? takeSteps(value, onProgress).then(end) : end(value);
}

/** Goes on with a call, and between its steps with what else there is to do. */
function takeSteps(steps: Steps<unknown>, onProgress: (progress: null) => void): Promise<unknown> {
  const { promise, resolve, reject } = Promise.withResolvers<unknown>();
  const next = () => {
    if (isClosed) return;
    try {
      const step = steps.next();
      if (step.done === true) return resolve(step.value);
      onProgress(null);
      setImmediate(next);
    } catch (error) {
      reject(error);
    }
  };
  next();
  return promise;
}

function close(): void {
  isClosed = true;
  clearTimeout(resting);
  // Once it is answered.
  setImmediate(() => {
    db.close();
    parentPort?.close();
  });
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

const receive = createRpcServer(perform, (response, sent) => {
  parentPort?.postMessage(response);
  sent();
});

parentPort?.on('message', (request: RpcRequest<MethodName<WriterMethods>>) => {
  receive(request);
  if (!isClosed) sweepSoon();
});
