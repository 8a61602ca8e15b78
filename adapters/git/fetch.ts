import { readdir, readFile, stat, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import type { Egress } from '../egress/proxy.ts';
import type { FetchFailed, Fetched, FetchRequest } from '../../domain/ports.ts';
import { classify } from './classify.ts';
import { converse, type Line, type Talk } from './converse.ts';
import { makeRepository } from './empty-repository.ts';
import type { Mirrors } from './mirrors.ts';
import type { GitRunner } from './run-git.ts';

/** What a fetch needs from its surroundings. */
export interface FetchTools {
  readonly git: GitRunner;
  readonly mirrors: Mirrors;
  readonly egress: Egress;
  /** Bytes a remote may send in one fetch. */
  readonly maxBytes: number;
  /** PEM file of the authorities https remotes are checked against; git's own when absent. */
  readonly caFile?: string;
}

/** The ref that holds what was fetched last: git needs one to tell a remote what is here already. */
const tipRef = 'refs/gitmon/tip';

/** Fetches the commits of a remote's HEAD, without trees and blobs where it can leave them out, into a new mirror. */
export async function fetchMirror(
  tools: FetchTools,
  request: FetchRequest,
): Promise<Fetched | FetchFailed> {
  const pass = await tools.egress.admit({ maxBytes: tools.maxBytes });
  const signal = AbortSignal.any([pass.exceeded, ...(request.signal ? [request.signal] : [])]);
  try {
    return await tools.mirrors.scratch((place) =>
      grow({ ...tools, ...request, pass, signal }, place),
    );
  } catch (error) {
    request.signal?.throwIfAborted();
    const cut = await pass.failure();
    if (pass.exceeded.aborted && cut !== undefined)
      return { outcome: cut, detail: 'cut by the proxy' };
    throw error;
  } finally {
    pass.close();
  }
}

interface Growing extends FetchTools, Line {
  readonly url: string;
}

async function grow(
  growing: Growing,
  place: string,
  objectFormat: 'sha1' | 'sha256' = 'sha1',
): Promise<Fetched | FetchFailed> {
  const { mirrors, pass, url } = growing;
  const failed = async ({ end, heard }: Talk): Promise<FetchFailed> => {
    const witness = (await localFailure(place, growing.maxBytes)) ?? (await pass.failure());
    return { outcome: classify({ url, end, heard, witness }), detail: end.stderr };
  };

  makeRepository(place, objectFormat);
  let talk = await fetchRef(growing, place, 'HEAD');
  let branch = talk.heard.headBranch ?? null;
  if (talk.end.exitCode !== 0) {
    const { heard } = talk;
    // A repository is of one object format, and which one its remote uses shows only now.
    if (heard.objectFormat !== objectFormat && objectFormat === 'sha1') {
      return mirrors.scratch((other) => grow(growing, other, 'sha256'));
    }
    if (heard.status !== 200 || !heard.smart || heard.head !== undefined) return failed(talk);

    // A git server, and its HEAD names nothing: there are other branches, or none at all.
    const listing = await converse(growing, place, ['ls-remote', '--heads', '--', url]);
    if (listing.end.exitCode !== 0) return failed(listing);
    branch = firstBranch(listing.stdout);
    if (branch !== null) {
      talk = await fetchRef(growing, place, `refs/heads/${branch}`);
      if (talk.end.exitCode !== 0) return failed(talk);
    }
  }

  const tip = talk.end.exitCode === 0 ? await readTip(place) : null;
  growing.signal.throwIfAborted();
  await mirrors.adopt(url, place);
  return {
    outcome: 'ok',
    tip,
    defaultBranch: branch,
    filter: talk.heard.filters ? 'tree:0' : 'none',
    receivedBytes: pass.receivedBytes(),
  };
}

function fetchRef(growing: Growing, place: string, ref: string): Promise<Talk> {
  return converse(growing, place, [
    'fetch',
    '--filter=tree:0',
    '--no-tags',
    '--no-recurse-submodules',
    '--no-auto-maintenance',
    // With GIT_NO_LAZY_FETCH this keeps a shallow remote from being asked for each missing parent, without end.
    '--update-shallow',
    ...(growing.onProgress ? ['--progress'] : []),
    '--',
    growing.url,
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
    throw new Error('FETCH_HEAD names no object');
  return tip;
}

/** What this machine did not let git do, whatever the remote did: write a larger file, or write at all. */
async function localFailure(
  place: string,
  maxBytes: number,
): Promise<'too_large' | 'internal' | undefined> {
  const packs = join(place, 'objects', 'pack');
  const names = await readdir(packs).catch(() => []);
  const sizes = await Promise.all(names.map(async (name) => (await stat(join(packs, name))).size));
  if (sizes.some((size) => size >= maxBytes)) return 'too_large';
  return (await statfs(place)).bavail === 0 ? 'internal' : undefined;
}
