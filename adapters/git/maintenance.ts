import { existsSync } from 'node:fs';
import { text } from 'node:stream/consumers';
import { setTimeout } from 'node:timers/promises';
import type {
  Fetched,
  FetchFailed,
  GitPort,
  MaintenanceResult,
} from '../../domain/ports/git-port.ts';
import { writeCommitGraph } from './commit-graph.ts';
import { isShallow } from './difference.ts';
import { fetchMirror, type FetchTools } from './fetch.ts';
import type { Mirrors } from './mirrors.ts';
import { packFileSizes } from './pack-files.ts';
import type { MirrorLocks } from './mirror-locks.ts';

/** Every fetch with news adds a pack, and git gets slower with each. */
const maxPacks = 50;

/**
 * Beyond how many times the maxima of packs and bytes a mirror is removed, where it can be neither repacked nor fetched anew: the
 * next refresh fetches it.
 */
const removalFactor = 2;

/**
 * Of all that a mirror holds, the part that must still be of use; what a pack of a filtered fetch has is never dropped. With
 * what comes until it is looked at again, a mirror stays below twice the size of a fresh one.
 */
const minUsefulShare = 0.7;

/**
 * How long maintenance of one mirror may take, in milliseconds: some gits never end where their repository vanishes under them,
 * and would keep every other mirror waiting.
 */
const defaultTimeoutMs = 30 * 60_000;

/** How long after a refresh it begins at the soonest, in milliseconds: another git beside would hold up the answer that somebody waits for. */
const delayMs = 100;

/** Maintains mirrors, one at a time, so that what somebody waits for has the machine. */
export function createMaintenance(
  tools: FetchTools,
  locks: MirrorLocks,
  timeoutMs = defaultTimeoutMs,
): GitPort['maintain'] {
  let last: Promise<unknown> = Promise.resolve();
  const waiting = new Map<string, Promise<MaintenanceResult>>();
  return async (url) => {
    const other = waiting.get(url);
    if (other !== undefined) return other.then(() => ({ outcome: 'nothing' }));
    const delay = setTimeout(delayMs);
    const maintained = Promise.all([last, delay]).then(() => {
      waiting.delete(url);
      return timed({ ...tools, locks }, url, timeoutMs);
    });
    waiting.set(url, maintained);
    last = maintained;
    return maintained;
  };
}

interface MaintenanceTools extends FetchTools {
  readonly locks: MirrorLocks;
}

type Work =
  { readonly outcome: 'nothing' } | { readonly outcome: 'repacked'; readonly fetched?: Fetched };

async function timed(
  tools: MaintenanceTools,
  url: string,
  timeoutMs: number,
): Promise<MaintenanceResult> {
  const begin = performance.now();
  const result = await maintain(tools, url, AbortSignal.timeout(timeoutMs)).catch(
    () => ({ outcome: 'failed' }) as const,
  );
  return result.outcome === 'nothing'
    ? result
    : { ...result, seconds: (performance.now() - begin) / 1000 };
}

async function maintain(tools: MaintenanceTools, url: string, signal: AbortSignal): Promise<Work> {
  const { git, mirrors, maxBytes } = tools;
  const path = mirrors.path(url);
  const sizes = await packSizes(path);
  if (sizes.length === 0) return { outcome: 'nothing' };
  if (!(await isShallow(path))) await writeCommitGraph(git, path, signal);
  if (!exceeds(sizes, maxBytes, 1)) return { outcome: 'nothing' };
  let failure: Error | undefined;
  const isUseful = await mirrors
    .repack(url, () => repack(tools, path, signal))
    .catch((error: unknown) => {
      failure = new Error('the mirror could not be repacked', { cause: error });
      return false;
    });
  if (isUseful) return { outcome: 'repacked' };
  // Where git could not repack, for want of memory say: what is fetched anew is one pack.
  const fetched = await replace(tools, url, signal).catch(() => undefined);
  if (fetched?.outcome === 'ok') return { outcome: 'repacked', fetched };
  if (failure === undefined) return { outcome: 'repacked' };
  if (exceeds(await packSizes(path), maxBytes, removalFactor)) {
    await tools.locks.runExclusive(url, () => mirrors.remove(url));
  }
  throw failure;
}

/** The size of each pack, in bytes. */
async function packSizes(path: string): Promise<readonly number[]> {
  const sizes = await packFileSizes(path, (name) => name.endsWith('.pack'));
  return sizes.map((size = 0) => size);
}

/** Whether packs are too many, or have too many bytes beside the largest, which is what the last repack has left. */
function exceeds(sizes: readonly number[], maxBytes: number, times: number): boolean {
  const bytes = sizes.reduce((sum, size) => sum + size, 0) - Math.max(0, ...sizes);
  return sizes.length > maxPacks * times || bytes > maxBytes * times;
}

/**
 * Makes one pack of all.
 * @returns whether enough of what it holds is of use
 * @throws Error where git fails
 */
async function repack(
  { git }: MaintenanceTools,
  path: string,
  signal: AbortSignal,
): Promise<boolean> {
  const run = async (...args: readonly string[]) => {
    const running = git.start({ args, cwd: path, signal });
    const [output, { exitCode, stderr }] = await Promise.all([text(running.stdout), running.end]);
    if (exitCode !== 0) throw new Error(`git ${args[0] ?? ''} failed`, { cause: stderr });
    return output;
  };
  // Never --geometric: on packs of a filtered fetch that is fatal in git 2.39.
  await run('repack', '-a', '-d', '-q');
  const objects = Number(/^in-pack: (\d+)$/m.exec(await run('count-objects', '-v'))?.[1] ?? 0);
  const useful = Number(await run('rev-list', '--count', '--all'));
  const promisorPacks = await packFileSizes(path, (name) => name.endsWith('.promisor'));
  return promisorPacks.length === 0 || useful >= minUsefulShare * objects;
}

/** Fetches all into a new mirror, and drops it where the old one has been removed meanwhile. */
async function replace(
  { locks, mirrors, ...tools }: MaintenanceTools,
  url: string,
  signal: AbortSignal,
): Promise<Fetched | FetchFailed> {
  // Under a git that works in it a mirror must not be exchanged. What a refresh has brought meanwhile comes again with the next.
  const installIfUsed = async (repository: string) => {
    if (existsSync(mirrors.path(url))) await mirrors.install(url, repository);
  };
  const install: Mirrors['install'] = (_, repository) =>
    locks.runExclusive(url, () => installIfUsed(repository), signal);
  const { timeoutSeconds } = tools;
  const timeout = timeoutSeconds === undefined ? [] : [AbortSignal.timeout(timeoutSeconds * 1000)];
  const request = { url, signal: AbortSignal.any([signal, ...timeout]) };
  return fetchMirror({ ...tools, mirrors: { ...mirrors, install } }, request, 'full');
}
