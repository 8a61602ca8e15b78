import { readFile, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import type { Egress } from '../egress/proxy.ts';
import type { FetchFailed, Fetched, FetchRequest } from '../../domain/ports/git-port.ts';
import { fetchError } from '../../domain/fetch-error.ts';
import { classify } from './classify.ts';
import { hasMoreCommits } from './count-commits.ts';
import type { FindCredential } from './credential.ts';
import { runRemote, type RemoteContext, type RemoteResult } from './run-remote.ts';
import { makeRepository } from './empty-repository.ts';
import type { Mirrors } from './mirrors.ts';
import { packFileSizes } from './pack-files.ts';
import type { GitRunner } from './run-git.ts';
import { noteMirror, tipRef } from './undo-fetch.ts';

/** What a fetch needs from its surroundings. */
export interface FetchTools {
  readonly git: GitRunner;
  readonly mirrors: Mirrors;
  readonly egress: Egress;
  /** Bytes a remote may send in one fetch. */
  readonly maxBytes: number;
  /** Bytes of the disk that a fetch leaves free; none when absent. */
  readonly minFreeBytes?: number | undefined;
  /** How long a fetch that nobody has asked for may take, in seconds; no limit of its own when absent. */
  readonly timeoutSeconds?: number | undefined;
  /** Commits a history may have; any number when absent. */
  readonly maxCommits?: number | undefined;
  /** PEM file of the authorities https remotes are checked against; git's own when absent. */
  readonly caFile?: string;
  /** Whose repositories are not public; none when absent. */
  readonly findCredential?: FindCredential | undefined;
}

/** The longest name of a branch that is told, in characters. Of one with a longer name it is not said how it is called. */
const longestBranch = 255;

/**
 * Fetches the commits of a remote's HEAD, without trees and blobs where it can leave them out: what is new into the
 * mirror, or all into a new one where there is none or it is of no use any more.
 */
export async function fetchMirror(
  tools: FetchTools,
  request: FetchRequest,
  how: 'onwards' | 'anew' = 'onwards',
): Promise<Fetched | FetchFailed> {
  const { mirrors } = tools;
  const mirror = how === 'anew' ? undefined : await mirrors.open(request.url);
  if (mirror !== undefined) {
    const renewed = await withPass(tools, request, { atLeast: newsBytes }, (context) =>
      updateMirror(context, mirror),
    );
    if (renewed !== 'damaged') return renewed;
  }
  return withPass(tools, request, { atLeast: 0 }, (context) =>
    mirrors.withTempRepository((place) => cloneMirror(context, place)),
  );
}

interface FetchContext extends FetchTools, RemoteContext {
  /** How much the disk has room for, in bytes. */
  readonly roomBytes: number;
}

/** This machine's fault, and not that of a remote that sends less than it may. */
const overRoom: FetchFailed = {
  outcome: 'internal',
  detail: 'cut by the proxy: the disk has no more room than MIN_FREE_DISK_BYTES keeps free',
};

/** What is new in a repository that is known already is taken, up to so many bytes, while half of the reserve is free. */
const newsBytes = 16 * 1024 ** 2;

/**
 * Gives work its way out for one fetch.
 * @param room `atLeast` may be received of the first half of what is kept free of the disk
 */
async function withPass<Result>(
  tools: FetchTools,
  request: FetchRequest,
  { atLeast }: { readonly atLeast: number },
  work: (context: FetchContext) => Promise<Result>,
): Promise<Result | FetchFailed> {
  const credential = tools.findCredential?.(request.url);
  const roomBytes = await roomOf(tools, atLeast);
  const pass = await tools.egress.open({ maxBytes: Math.min(tools.maxBytes, roomBytes) });
  const signal = AbortSignal.any([pass.exceeded, ...(request.signal ? [request.signal] : [])]);
  try {
    return await work({ ...tools, ...request, credential, pass, roomBytes, signal });
  } catch (error) {
    request.signal?.throwIfAborted();
    const cut = await pass.failure();
    if (pass.exceeded.aborted && cut !== undefined) {
      if (cut === 'too_large' && roomBytes < tools.maxBytes) return overRoom;
      return { outcome: cut, detail: 'cut by the proxy' };
    }
    // No room, no directory, no descriptor left: this machine's fault, whatever the remote did.
    if (error instanceof Error && 'syscall' in error)
      return { outcome: 'internal', detail: String(error) };
    throw error;
  } finally {
    pass.close();
  }
}

/** Fetches what is new into a mirror; `damaged` where it is the mirror that stands in the way. */
async function updateMirror(
  context: FetchContext,
  mirror: string,
): Promise<Fetched | FetchFailed | 'damaged'> {
  const { mirrors, url } = context;
  const undo = await noteMirror(mirror, mirrors.watchRepacks(url));
  let result: Fetched | FetchFailed | 'damaged' | undefined;
  try {
    const arrival = await fetchTip(context, mirror);
    result = arrival.arrived
      ? await fetched(context, mirror, arrival, false)
      : await refused(context, mirror, arrival);
    return result;
  } finally {
    if (typeof result !== 'object' || result.outcome !== 'ok') await undo();
  }
}

/** Why nothing arrived in a mirror; `damaged` where the remote is not to blame. */
async function refused(
  context: FetchContext,
  mirror: string,
  { talk }: RefFetch,
): Promise<FetchFailed | 'damaged'> {
  const failure = await failed(context, mirror, talk);
  const { killedBy } = talk.end;
  const { status, smart, asked, tunnelled } = talk.trace;
  // Either git did not come as far as asking, or the remote answered as it should.
  const isOurs = killedBy === undefined && ((!asked && !tunnelled) || (status === 200 && smart));
  return isOurs && !failure.witnessed ? 'damaged' : failure.failed;
}

async function cloneMirror(
  context: FetchContext,
  place: string,
  objectFormat: 'sha1' | 'sha256' = 'sha1',
): Promise<Fetched | FetchFailed> {
  const { mirrors, url } = context;
  makeRepository(place, objectFormat);
  const arrival = await fetchTip(context, place);
  // A repository is of one object format, and which one its remote uses shows only now.
  if (arrival.talk.trace.objectFormat !== objectFormat && objectFormat === 'sha1') {
    return mirrors.withTempRepository((other) => cloneMirror(context, other, 'sha256'));
  }
  if (!arrival.arrived) return (await failed(context, place, arrival.talk)).failed;
  const result = await fetched(context, place, arrival, true);
  if (result.outcome === 'ok') await mirrors.install(url, place);
  return result;
}

/** What came of fetching a tip; `branch` is null where there is none, and `empty` where there is nothing at all. */
interface RefFetch {
  readonly arrived: boolean;
  readonly empty: boolean;
  readonly branch: string | null;
  readonly talk: RemoteResult;
}

/** Fetches what the remote's HEAD names, or its first branch where that names nothing. */
async function fetchTip(context: FetchContext, place: string): Promise<RefFetch> {
  const talk = await fetchRef(context, place, 'HEAD');
  const { trace: heard, end } = talk;
  const arrival = { talk, empty: false, branch: heard.headBranch ?? null };
  if (end.exitCode === 0) return { ...arrival, arrived: true };
  const isAnswer = heard.status === 200 && heard.smart;
  if (!isAnswer || heard.head !== undefined) return { ...arrival, arrived: false };

  // A git server, and its HEAD names nothing: there are other branches, or none at all.
  const listing = await runRemote(context, place, ['ls-remote', '--heads', '--', context.url]);
  if (listing.end.exitCode !== 0) return { ...arrival, talk: listing, arrived: false };
  const branch = firstBranch(listing.stdout);
  if (branch === null) return { talk: listing, empty: true, branch, arrived: true };
  const other = await fetchRef(context, place, `refs/heads/${branch}`);
  return { talk: other, empty: false, branch, arrived: other.end.exitCode === 0 };
}

async function fetched(
  { git, maxCommits, pass, signal }: FetchContext,
  place: string,
  { empty, branch, talk }: RefFetch,
  fresh: boolean,
): Promise<Fetched | FetchFailed> {
  const tip = empty ? null : await readTip(place);
  const isLimited = tip !== null && maxCommits !== undefined;
  if (isLimited && (await hasMoreCommits(git, { path: place, tip, signal }, maxCommits))) {
    return { outcome: 'too_large', detail: `more than ${maxCommits} commits` };
  }
  signal.throwIfAborted();
  return {
    outcome: 'ok',
    tip,
    defaultBranch: branch !== null && branch.length <= longestBranch ? branch : null,
    filter: talk.trace.filters ? 'tree:0' : 'none',
    receivedBytes: pass.receivedBytes(),
    fresh,
  };
}

/** Why nothing arrived, and whether that was seen outside git, by the proxy or on this machine. */
async function failed(context: FetchContext, place: string, { end, trace: heard }: RemoteResult) {
  const { url, pass, maxBytes, roomBytes } = context;
  const received = pass.receivedBytes();
  const externalFailure =
    (await localFailure(place, { maxBytes, received })) ?? (await pass.failure());
  if (externalFailure === 'too_large' && roomBytes < maxBytes && received > roomBytes) {
    return { failed: overRoom, witnessed: true };
  }
  const { retryAfterSeconds } = heard;
  const failure: FetchFailed = {
    outcome: classify({ url, end, heard, externalFailure: externalFailure }),
    detail: end.stderr,
    ...(retryAfterSeconds !== undefined && { retryAfterSeconds }),
  };
  return { failed: failure, witnessed: externalFailure !== undefined };
}

function fetchRef(context: FetchContext, place: string, ref: string): Promise<RemoteResult> {
  return runRemote(context, place, [
    'fetch',
    '--filter=tree:0',
    '--no-tags',
    '--no-recurse-submodules',
    '--no-auto-maintenance',
    // With GIT_NO_LAZY_FETCH this keeps a shallow remote from being asked for each missing parent, without end.
    '--update-shallow',
    ...(context.onProgress ? ['--progress'] : []),
    '--',
    context.url,
    `+${ref}:${tipRef}`,
  ]);
}

/** The first branch of a listing by `ls-remote`; names that git's rules forbid, and a refspec would misread, do not count. */
function firstBranch(listing: string): string | null {
  return /^[0-9a-f]{40,64}\trefs\/heads\/([^\s~^:?*[\\\p{Cc}]+)$/mu.exec(listing)?.[1] ?? null;
}

async function readTip(place: string): Promise<string> {
  const [tip] = (await readFile(join(place, 'FETCH_HEAD'), 'utf8')).split('\t');
  if (tip === undefined || !/^[0-9a-f]{40,64}$/.test(tip))
    // Git goes on where a full disk has not taken it.
    throw fetchError('internal', 'FETCH_HEAD names no object');
  return tip;
}

/** How many bytes may be received until no more of the disk is free than is kept. */
async function roomOf({ mirrors, minFreeBytes = 0 }: FetchTools, atLeast: number): Promise<number> {
  if (minFreeBytes === 0) return Infinity;
  const { bavail, bsize } = await statfs(mirrors.directory);
  const free = bavail * bsize;
  // The other half is for what the store writes: one remote's pushes must not use up all of it.
  const ofReserve = Math.min(atLeast, free - minFreeBytes / 2);
  return Math.max(0, free - minFreeBytes, ofReserve);
}

/** With less than so many bytes left beside what came, it is the disk that git failed of. */
const besidePack = 16 * 1024 ** 2;

/** With fewer inodes left it is them that git failed of. */
const besideFiles = 100;

/** What this machine did not let git do, whatever the remote did: write a larger file, or write at all. */
async function localFailure(
  place: string,
  { maxBytes, received }: { readonly maxBytes: number; readonly received: number },
): Promise<'too_large' | 'internal' | undefined> {
  const sizes = await packFileSizes(place, (name) => name.startsWith('tmp_'));
  if (sizes.some((size = 0) => size >= maxBytes)) return 'too_large';
  // Git has removed again what it could not finish, so that there is room once more, but not for all that came.
  const { bavail, bsize, files, ffree } = await statfs(place);
  // Some file systems make inodes as they need them, and tell of none.
  if (files > 0 && ffree < besideFiles) return 'internal';
  return bavail * bsize < received + besidePack ? 'internal' : undefined;
}
