import type { Readable } from 'node:stream';
import { fetchError } from '../../domain/fetch-error.ts';
import type { CommitDetails } from '../../domain/ports/git-port.ts';
import type { GitRunner } from './run-git.ts';
import { parseTrailers, splitMessage } from './trailers.ts';

/** How much of a commit is read, in bytes, and how many of its trailers. */
const maxCommitBytes = 1 << 20;
const maxTrailers = 200;

/** Names and the whole message, in UTF-8 whatever the commit's own encoding is; none of them can hold a NUL. */
const format = '--format=format:%ae%x00%cn%x00%ce%x00%B';

interface DetailsRequest {
  /** A bare repository. */
  readonly path: string;
  readonly sha: string;
  /** Ends the gits. */
  readonly signal: AbortSignal;
}

/**
 * All that a commit says beyond what `git log` is asked for. Whether a signature is right is not checked.
 * @throws DomainError `internal` where the commit cannot be read; the reason of the signal
 */
export async function readDetails(
  git: GitRunner,
  { path, sha, signal }: DetailsRequest,
): Promise<CommitDetails> {
  // Where one of both fails, the other has nothing to go on for.
  const over = new AbortController();
  const either = AbortSignal.any([signal, over.signal]);
  try {
    const [text, raw] = await Promise.all([
      readBeginning(git, path, either, ['log', ...options, format, '--end-of-options', sha, '--']),
      readBeginning(git, path, either, ['cat-file', 'commit', sha]),
    ]);
    const [authorEmail = '', committer = '', committerEmail = '', message = ''] =
      text.beginning.split('\0');
    const { whole, body } = splitMessage(message);
    const { beginning } = raw;
    const header = beginning.slice(0, beginning.indexOf('\n\n'));
    return {
      body: withoutNewlines(body),
      authorEmail,
      committer,
      committerEmail,
      trailers: text.isWhole ? parseTrailers(whole, maxTrailers) : [],
      signed: /^gpgsig(?:-sha256)? /m.test(header),
    };
  } finally {
    over.abort();
  }
}

const options = [
  '--max-count=1',
  '--no-mailmap',
  '--no-show-signature',
  '--no-notes',
  '--encoding=UTF-8',
] as const;

/** What a git writes, as far as it is read. */
async function readBeginning(
  git: GitRunner,
  cwd: string,
  signal: AbortSignal,
  args: readonly string[],
): Promise<{ readonly beginning: string; readonly isWhole: boolean }> {
  const running = git.start({ args, cwd, signal });
  const chunks: Uint8Array[] = [];
  let length = 0;
  try {
    for await (const piece of piecesOf(running.stdout)) {
      chunks.push(piece);
      length += piece.length;
      if (length <= maxCommitBytes) continue;
      return {
        beginning: Buffer.concat(chunks).toString('utf8', 0, maxCommitBytes),
        isWhole: false,
      };
    }
    const { exitCode, stderr } = await running.end;
    if (exitCode !== 0) throw fetchError('internal', stderr);
    return { beginning: Buffer.concat(chunks).toString(), isWhole: true };
  } finally {
    running.kill();
  }
}

async function* piecesOf(stream: Readable): AsyncGenerator<Uint8Array> {
  for await (const piece of stream) yield piece;
}

/** A regular expression for them would take as long as the square of those in the middle. */
function withoutNewlines(text: string): string {
  let end = text.length;
  while (text[end - 1] === '\n') end--;
  return text.slice(0, end);
}
