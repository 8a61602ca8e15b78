import {
  authorLimit,
  cut,
  hashLength,
  messageLimit,
  parseEpoch,
  type Commit,
} from '../../domain/commit.ts';
import { formatGitDate } from '../../domain/git-date.ts';
import { fieldSplitter, type LogField } from './log-format.ts';

/** No code point takes more bytes than this in UTF-8, and an invalid byte is a code point (U+FFFD) of its own. */
const bytesPerPoint = 4;

/** How many bytes of a field are kept; the rest is dropped as it arrives. */
const limits: Readonly<Partial<Record<LogField, number>>> = {
  author: authorLimit * bytesPerPoint,
  message: messageLimit * bytesPerPoint,
};

/**
 * Reads `git log` output into commits.
 * @returns a function that takes a chunk and gives the commits that it completes
 */
export function logParser(): (chunk: Buffer) => readonly Commit[] {
  let commits: Commit[] = [];
  let texts: Partial<Record<LogField, string>> = {};
  let held: Buffer[] = [];
  let heldBytes = 0;

  const split = fieldSplitter((field, chunk, start, end, ends) => {
    const room = (limits[field] ?? Infinity) - heldBytes;
    const keptEnd = Math.min(end, start + room);
    if (ends && heldBytes === 0) {
      texts[field] = chunk.toString('utf8', start, keptEnd);
    } else {
      // A copy, since the memory of a chunk is not ours after the call.
      held.push(Buffer.from(chunk.subarray(start, keptEnd)));
      heldBytes += keptEnd - start;
      if (!ends) return;
      texts[field] = Buffer.concat(held).toString('utf8');
      held = [];
      heldBytes = 0;
    }
    if (field !== 'message') return;
    commits.push(toCommit(texts));
    texts = {};
  });

  return (chunk) => {
    commits = [];
    split(chunk);
    return commits;
  };
}

function toCommit(texts: Readonly<Partial<Record<LogField, string>>>): Commit {
  const { sha = '', parents = '', author = '', message = '' } = texts;
  const authoredAt = parseEpoch(texts.authoredAt ?? '');
  return {
    hash: sha.slice(0, hashLength),
    author: cut(author, authorLimit),
    date: authoredAt === null ? null : formatGitDate(texts.authorDate ?? ''),
    message: cut(message, messageLimit),
    sha,
    authoredAt,
    committedAt: parseEpoch(texts.committedAt ?? ''),
    parents: parents === '' ? [] : parents.split(' '),
  };
}
