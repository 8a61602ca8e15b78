import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fetchError } from '../../domain/fetch-error.ts';
import { runRemote, type RemoteContext, type RemoteResult } from './run-remote.ts';
import { tipRef } from './undo-fetch.ts';

/** What came of fetching a tip; `branch` is null where there is none, and `isEmpty` where there is nothing at all. */
export interface RefFetch {
  readonly hasArrived: boolean;
  readonly isEmpty: boolean;
  readonly branch: string | null;
  readonly result: RemoteResult;
}

/** Fetches what the remote's HEAD names into a repository, or its first branch where that names nothing. */
export async function fetchTip(context: RemoteContext, repository: string): Promise<RefFetch> {
  const result = await fetchRef(context, repository, 'HEAD');
  const { trace, end } = result;
  const head = { result, isEmpty: false, branch: trace.headBranch ?? null };
  if (end.exitCode === 0) return { ...head, hasArrived: true };
  const isGitServer = trace.status === 200 && trace.smart;
  if (!isGitServer || trace.head !== undefined) return { ...head, hasArrived: false };

  // Its HEAD names nothing: there are other branches, or none at all.
  const listing = await runRemote(context, repository, ['ls-remote', '--heads', '--', context.url]);
  if (listing.end.exitCode !== 0) return { ...head, result: listing, hasArrived: false };
  const branch = firstBranch(listing.stdout);
  if (branch === null) return { result: listing, isEmpty: true, branch, hasArrived: true };
  const fetched = await fetchRef(context, repository, `refs/heads/${branch}`);
  return { result: fetched, isEmpty: false, branch, hasArrived: fetched.end.exitCode === 0 };
}

/** The object that was fetched last into a repository. */
export async function readFetchHead(repository: string): Promise<string> {
  const [tip] = (await readFile(join(repository, 'FETCH_HEAD'), 'utf8')).split('\t');
  if (tip === undefined || !/^[0-9a-f]{40,64}$/.test(tip))
    // Git goes on where a full disk has not taken it.
    throw fetchError('internal', 'FETCH_HEAD names no object');
  return tip;
}

function fetchRef(context: RemoteContext, repository: string, ref: string): Promise<RemoteResult> {
  return runRemote(context, repository, [
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
