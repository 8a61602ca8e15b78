import type { FetchFailed, Fetched, FetchRequest } from '../../domain/ports/git-port.ts';
import type { Egress } from '../egress/proxy.ts';
import { classify } from './classify.ts';
import { hasMoreCommits } from './count-commits.ts';
import type { FindCredential } from './credential.ts';
import { makeRepository } from './empty-repository.ts';
import { fetchTip, readFetchHead, type RefFetch } from './fetch-tip.ts';
import { localFailure, receivableBytes } from './free-space.ts';
import type { Mirrors } from './mirrors.ts';
import type { GitRunner } from './run-git.ts';
import type { RemoteContext, RemoteResult } from './run-remote.ts';
import { noteMirror } from './undo-fetch.ts';

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

/** The longest name of a branch that is reported, in characters; a longer one is left out. */
const maxBranchLength = 255;

/** An update of a mirror may receive so many bytes, as long as half of what is kept free of the disk is left. */
const maxUpdateBytes = 16 * 1024 ** 2;

/**
 * Fetches the commits of a remote's HEAD, without trees and blobs where it can leave them out: `incremental`, what is new
 * into the mirror, or `full`, all into a new one, also where there is none or it is of no use any more.
 */
export async function fetchMirror(
  tools: FetchTools,
  request: FetchRequest,
  mode: 'incremental' | 'full' = 'incremental',
): Promise<Fetched | FetchFailed> {
  const { mirrors } = tools;
  const mirror = mode === 'full' ? undefined : await mirrors.open(request.url);
  if (mirror !== undefined) {
    const updated = await withSession(tools, request, maxUpdateBytes, (context) =>
      updateMirror(context, mirror),
    );
    if (updated !== 'damaged') return updated;
  }
  return withSession(tools, request, 0, (context) =>
    mirrors.withTempRepository((repository) => cloneMirror(context, repository)),
  );
}

interface FetchContext extends FetchTools, RemoteContext {
  /** How many bytes the disk has room for. */
  readonly roomBytes: number;
}

/** This machine's fault, and not that of a remote that sends less than it may. */
const noRoom: FetchFailed = {
  outcome: 'internal',
  detail: 'cut by the proxy: the disk has no more room than MIN_FREE_DISK_BYTES keeps free',
};

/**
 * Opens an egress session for one fetch.
 * @param fromReserve how many bytes may be received of what is kept free of the disk
 */
async function withSession<Result>(
  tools: FetchTools,
  request: FetchRequest,
  fromReserve: number,
  work: (context: FetchContext) => Promise<Result>,
): Promise<Result | FetchFailed> {
  const { mirrors, egress, maxBytes, minFreeBytes = 0 } = tools;
  const credential = tools.findCredential?.(request.url);
  const roomBytes = await receivableBytes(mirrors.directory, minFreeBytes, fromReserve);
  const session = await egress.open({ maxBytes: Math.min(maxBytes, roomBytes) });
  const signal = AbortSignal.any([session.exceeded, ...(request.signal ? [request.signal] : [])]);
  try {
    return await work({ ...tools, ...request, credential, session, roomBytes, signal });
  } catch (error) {
    request.signal?.throwIfAborted();
    const failure = await session.failure();
    if (session.exceeded.aborted && failure !== undefined) {
      if (failure === 'too_large' && roomBytes < maxBytes) return noRoom;
      return { outcome: failure, detail: 'cut by the proxy' };
    }
    // No room, no directory, no descriptor left: this machine's fault, whatever the remote did.
    if (error instanceof Error && 'syscall' in error)
      return { outcome: 'internal', detail: String(error) };
    throw error;
  } finally {
    session.close();
  }
}

/** Fetches what is new into a mirror; `damaged` where it is the mirror that stands in the way. */
async function updateMirror(
  context: FetchContext,
  mirror: string,
): Promise<Fetched | FetchFailed | 'damaged'> {
  const { mirrors, url } = context;
  const undo = await noteMirror(mirror, mirrors.watchRepacks(url));
  let outcome: Fetched | FetchFailed | 'damaged' | undefined;
  try {
    const refFetch = await fetchTip(context, mirror);
    outcome = refFetch.hasArrived
      ? await toFetched(context, mirror, refFetch, false)
      : await updateFailure(context, mirror, refFetch.result);
    return outcome;
  } finally {
    if (typeof outcome !== 'object' || outcome.outcome !== 'ok') await undo();
  }
}

/** Why nothing arrived in a mirror; `damaged` where the remote is not to blame. */
async function updateFailure(
  context: FetchContext,
  mirror: string,
  result: RemoteResult,
): Promise<FetchFailed | 'damaged'> {
  const { failure, isExternal } = await diagnose(context, mirror, result);
  const { killedBy } = result.end;
  const { status, smart, asked, tunnelled } = result.trace;
  // Either git did not come as far as asking, or the remote answered as it should.
  const isOurs = killedBy === undefined && ((!asked && !tunnelled) || (status === 200 && smart));
  return isOurs && !isExternal ? 'damaged' : failure;
}

/** Fetches all into a new repository, and makes it the mirror. */
async function cloneMirror(
  context: FetchContext,
  repository: string,
  objectFormat: 'sha1' | 'sha256' = 'sha1',
): Promise<Fetched | FetchFailed> {
  const { mirrors, url } = context;
  makeRepository(repository, objectFormat);
  const refFetch = await fetchTip(context, repository);
  // A repository is of one object format, and which one its remote uses shows only now.
  if (refFetch.result.trace.objectFormat !== objectFormat && objectFormat === 'sha1') {
    return mirrors.withTempRepository((other) => cloneMirror(context, other, 'sha256'));
  }
  if (!refFetch.hasArrived) return (await diagnose(context, repository, refFetch.result)).failure;
  const outcome = await toFetched(context, repository, refFetch, true);
  if (outcome.outcome === 'ok') await mirrors.install(url, repository);
  return outcome;
}

async function toFetched(
  { git, maxCommits, session, signal }: FetchContext,
  repository: string,
  { isEmpty, branch, result }: RefFetch,
  fresh: boolean,
): Promise<Fetched | FetchFailed> {
  const tip = isEmpty ? null : await readFetchHead(repository);
  const isLimited = tip !== null && maxCommits !== undefined;
  if (isLimited && (await hasMoreCommits(git, { path: repository, tip, signal }, maxCommits))) {
    return { outcome: 'too_large', detail: `more than ${maxCommits} commits` };
  }
  signal.throwIfAborted();
  return {
    outcome: 'ok',
    tip,
    defaultBranch: branch !== null && branch.length <= maxBranchLength ? branch : null,
    filter: result.trace.filters ? 'tree:0' : 'none',
    receivedBytes: session.receivedBytes(),
    fresh,
  };
}

/** Why nothing arrived, and whether that was seen outside git, by the proxy or on this machine. */
async function diagnose(context: FetchContext, repository: string, { end, trace }: RemoteResult) {
  const { url, session, maxBytes, roomBytes } = context;
  const received = session.receivedBytes();
  const externalFailure =
    (await localFailure(repository, { maxBytes, received })) ?? (await session.failure());
  if (externalFailure === 'too_large' && roomBytes < maxBytes && received > roomBytes) {
    return { failure: noRoom, isExternal: true };
  }
  const { retryAfterSeconds } = trace;
  const failure: FetchFailed = {
    outcome: classify({ url, end, trace, externalFailure }),
    detail: end.stderr,
    ...(retryAfterSeconds !== undefined && { retryAfterSeconds }),
  };
  return { failure, isExternal: externalFailure !== undefined };
}
