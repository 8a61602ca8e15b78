import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout } from 'node:timers/promises';
import type { Fetched, FetchFailed, GitPort, Tended } from '../../domain/git-port.ts';
import { writeCommitGraph } from './commit-graph.ts';
import { isShallow } from './difference.ts';
import { fetchMirror, type FetchTools } from './fetch.ts';
import type { Mirrors } from './mirrors.ts';
import type { Uses } from './uses.ts';

/** Every fetch with news adds a pack, and git gets slower with each. */
const mostPacks = 50;

/**
 * Of all that a mirror holds, the part that must still be of use; what a pack of a filtered fetch has is never dropped. With
 * what comes until it is looked at again, a mirror stays below twice the size of a fresh one.
 */
const leastUseful = 0.7;

/**
 * How long tending one mirror may take, in milliseconds: some gits never end where their repository vanishes under them,
 * and would keep every other mirror from being tended.
 */
const longest = 30 * 60_000;

/** How long after a refresh it begins at the soonest, in milliseconds: another git beside would hold up the answer that somebody waits for. */
const rest = 100;

/** Tends mirrors, one at a time, so that what somebody waits for has the machine. */
export function createTending(tools: FetchTools, uses: Uses, atMost = longest): GitPort['tend'] {
  let last: Promise<unknown> = Promise.resolve();
  return async (url) => {
    const rested = setTimeout(rest);
    const tended = Promise.all([last, rested]).then(() => timed({ ...tools, uses }, url, atMost));
    last = tended;
    return tended;
  };
}

interface TendTools extends FetchTools {
  readonly uses: Uses;
}

type Work =
  { readonly outcome: 'nothing' } | { readonly outcome: 'repacked'; readonly fetched?: Fetched };

async function timed(tools: TendTools, url: string, atMost: number): Promise<Tended> {
  const begin = performance.now();
  const tended = await tend(tools, url, AbortSignal.timeout(atMost)).catch(
    () => ({ outcome: 'failed' }) as const,
  );
  return tended.outcome === 'nothing'
    ? tended
    : { ...tended, seconds: (performance.now() - begin) / 1000 };
}

async function tend(tools: TendTools, url: string, signal: AbortSignal): Promise<Work> {
  const { git, mirrors } = tools;
  const path = mirrors.path(url);
  const names = await readdir(join(path, 'objects', 'pack')).catch(() => []);
  if (names.length === 0) return { outcome: 'nothing' };
  if (!(await isShallow(path))) await writeCommitGraph(git, path, signal);
  if (names.filter((name) => name.endsWith('.pack')).length <= mostPacks)
    return { outcome: 'nothing' };

  const run = async (...args: readonly string[]) => {
    const running = git.start({ args, cwd: path, signal });
    const [output, { exitCode, stderr }] = await Promise.all([text(running.stdout), running.end]);
    if (exitCode !== 0) throw new Error(`git ${args[0] ?? ''} failed`, { cause: stderr });
    return output;
  };
  // Never --geometric: on packs of a filtered fetch that is fatal in git 2.39.
  await run('repack', '-a', '-d', '-q');
  const held = Number(/^in-pack: (\d+)$/m.exec(await run('count-objects', '-v'))?.[1] ?? 0);
  const useful = Number(await run('rev-list', '--count', '--all'));
  const filtered = names.some((name) => name.endsWith('.promisor'));
  if (!filtered || useful >= leastUseful * held) return { outcome: 'repacked' };
  const fetched = await replace(tools, url, signal);
  return { outcome: 'repacked', ...(fetched.outcome === 'ok' && { fetched }) };
}

/** Fetches a mirror anew, and drops what came where nobody needs the old one any more. */
async function replace(
  { uses, mirrors, ...tools }: TendTools,
  url: string,
  signal: AbortSignal,
): Promise<Fetched | FetchFailed> {
  // Under a git that works in it a mirror must not be exchanged. What a refresh has brought meanwhile comes again with the next.
  const adopt: Mirrors['adopt'] = (_, grown) =>
    uses.between(url, async () => {
      if (existsSync(mirrors.path(url))) await mirrors.adopt(url, grown);
    });
  return fetchMirror({ ...tools, mirrors: { ...mirrors, adopt } }, { url, signal }, 'anew');
}
