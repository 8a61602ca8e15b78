import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import type { Commit } from '../../domain/commit.ts';
import { DomainError } from '../../domain/errors.ts';
import type { Difference } from '../../domain/ports/git-port.ts';
import { hasCommitGraph, writeCommitGraph } from './commit-graph.ts';
import { readCommits, type LogRequest } from './read-log.ts';
import type { GitRunner } from './run-git.ts';

interface DifferenceRequest {
  /** A bare repository. */
  readonly path: string;
  readonly from: string;
  readonly to: string;
  readonly signal?: AbortSignal | undefined;
  readonly buffered: Buffered;
}

/** Where more has changed, the whole history is read instead. */
const maxCommits = 20_000;

/**
 * The most bytes of its commits as JSON, since it goes to the server in one message, which is parsed at once: 20,000 of the
 * usual length have 7 MB.
 */
const maxJsonBytes = 8 * 1024 ** 2;

/** The most bytes of all that are buffered at once, since very many may be pushed to very many repositories at a time. */
const maxBufferedBytes = 4 * maxJsonBytes;

/** What is buffered of all differences that are being read, in bytes of JSON. */
interface Buffered {
  bytes: number;
}

/**
 * What lies between two tips; undefined where that is more than can be sent in one message. Only by
 * `--topo-order` and with a commit-graph does git find exactly that where clocks were wrong; what it calls `from..to` is not.
 * @throws DomainError `too_large` for a commit that is longer than one may be
 */
export async function readDifference(
  git: GitRunner,
  request: DifferenceRequest,
): Promise<Difference | undefined> {
  const { path, from, to, signal, buffered } = request;
  // A history that is cut off changes at its lower end, too, and git does not tell.
  if (await isShallow(path)) return undefined;
  // One that ends below the new commits does as well; it is brought up to date afterwards.
  if (!(await hasCommitGraph(path)) && !(await writeCommitGraph(git, path, signal)))
    return undefined;
  const walk = ['--topo-order', `--max-count=${maxCommits + 1}`];
  const log = { path, tip: to, without: from, signal, options: walk };
  const fresh = await readFresh(git, log, buffered);
  if (fresh === undefined) return undefined;
  // Where something new follows on the old tip, the new tip reaches the old one and all below: git need not be asked.
  if (fresh.some(({ parents }) => parents.includes(from))) return { fresh, lost: [] };
  const lost = await readLost(git, { path, tip: from, without: to, signal, options: walk });
  return lost === undefined ? undefined : { fresh, lost };
}

async function readFresh(
  git: GitRunner,
  request: LogRequest,
  buffered: Buffered,
): Promise<readonly Commit[] | undefined> {
  const fresh: Commit[] = [];
  let jsonBytes = 0;
  try {
    for await (const commits of readCommits(git, request)) {
      fresh.push(...commits);
      const bytes = Buffer.byteLength(JSON.stringify(commits));
      jsonBytes += bytes;
      buffered.bytes += bytes;
      const isTooMuch = jsonBytes > maxJsonBytes || buffered.bytes > maxBufferedBytes;
      // Leaving the loop ends git.
      if (fresh.length > maxCommits || isTooMuch) return undefined;
    }
    return fresh;
  } catch (error) {
    if (error instanceof DomainError && error.code === 'protocol') return undefined;
    throw error;
  } finally {
    buffered.bytes -= jsonBytes;
  }
}

/** The names alone, so that their number bounds their bytes. */
async function readLost(
  git: GitRunner,
  { path, tip, without, signal, options = [] }: LogRequest,
): Promise<readonly string[] | undefined> {
  const args = ['rev-list', ...options, '--end-of-options', tip, `^${without}`, '--'];
  const running = git.start({ args, cwd: path, signal });
  const [output, end] = await Promise.all([text(running.stdout), running.end]);
  if (end.exitCode !== 0) return undefined;
  const lost = output.split('\n').filter((name) => name !== '');
  return lost.length > maxCommits ? undefined : lost;
}

export async function isShallow(path: string): Promise<boolean> {
  return access(join(path, 'shallow')).then(
    () => true,
    () => false,
  );
}
