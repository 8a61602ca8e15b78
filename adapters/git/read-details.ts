import type { Readable } from 'node:stream';
import { fetchError } from '../../domain/fetch-error.ts';
import type { CommitDetails } from '../../domain/git-port.ts';
import type { GitRunner } from './run-git.ts';

/** More of a commit is not read, in bytes, nor more trailers of one that has very many. */
const longest = 1 << 20;
const mostTrailers = 200;

/** Names, trailers by turns of key and value, an empty one, the body: each ended by a NUL, which none of them can hold. */
const format =
  '--format=tformat:%ae%x00%cn%x00%ce%x00%(trailers:only,unfold,separator=%x00,key_value_separator=%x00)%x00%x00%b';

interface DetailsRequest {
  /** A bare repository. */
  readonly path: string;
  readonly sha: string;
}

/**
 * All that a commit says beyond what `git log` is asked for. Whether a signature is right is not checked.
 * @throws DomainError `internal` where the commit cannot be read
 */
export async function readDetails(
  git: GitRunner,
  { path, sha }: DetailsRequest,
): Promise<CommitDetails> {
  const read = async (args: readonly string[]) => {
    const running = git.start({ args, cwd: path });
    const chunks: Uint8Array[] = [];
    let length = 0;
    try {
      for await (const piece of piecesOf(running.stdout)) {
        chunks.push(piece);
        length += piece.length;
        if (length > longest) return Buffer.concat(chunks).toString('utf8', 0, longest);
      }
      const { exitCode, stderr } = await running.end;
      if (exitCode !== 0) throw fetchError('internal', stderr);
      return Buffer.concat(chunks).toString();
    } finally {
      running.kill();
    }
  };
  const options = ['--no-mailmap', '--no-show-signature', '--no-notes', '--encoding=UTF-8'];
  const [text, raw] = await Promise.all([
    read(['log', '--max-count=1', ...options, format, '--end-of-options', sha, '--']),
    read(['cat-file', 'commit', sha]),
  ]);
  const [authorEmail = '', committer = '', committerEmail = '', ...rest] = text.split('\0');
  const { trailers, body } = readRest(rest);
  const header = raw.slice(0, raw.indexOf('\n\n'));
  const signed = /^gpgsig(?:-sha256)? /m.test(header);
  // What git ends its output with is not the commit's.
  return {
    body: body.replace(/\n+$/, ''),
    authorEmail,
    committer,
    committerEmail,
    trailers,
    signed,
  };
}

async function* piecesOf(stream: Readable): AsyncGenerator<Uint8Array> {
  for await (const piece of stream) yield piece;
}

function readRest(fields: readonly string[]): Pick<CommitDetails, 'trailers' | 'body'> {
  const trailers: { readonly key: string; readonly value: string }[] = [];
  if (fields[0] === '') return { trailers, body: fields.slice(2).join('') };
  let index = 0;
  for (; index + 1 < fields.length && fields[index] !== ''; index += 2) {
    if (trailers.length < mostTrailers) {
      trailers.push({ key: fields[index] ?? '', value: fields[index + 1] ?? '' });
    }
  }
  return { trailers, body: fields.slice(index + 1).join('') };
}
