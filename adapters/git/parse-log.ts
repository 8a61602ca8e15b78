import {
  authorLimit,
  truncate,
  hashLength,
  maxParents,
  messageLimit,
  parseEpoch,
  type Commit,
} from '../../domain/commit.ts';
import { DomainError } from '../../domain/errors.ts';
import { formatGitDate } from '../../domain/git-date.ts';
import { fieldSplitter, maxDateBytes, type LogField } from './log-format.ts';

/** No code point takes more bytes than this in UTF-8, and an invalid byte is a code point (U+FFFD) of its own. */
const bytesPerPoint = 4;

/** Digits of an object name by SHA-256. */
const maxNameBytes = 64;

/** The most bytes of a field that are buffered. */
const maxBytes: Readonly<Record<LogField, number>> = {
  sha: maxNameBytes,
  parents: maxParents * (maxNameBytes + 1),
  author: authorLimit * bytesPerPoint,
  // Digits of the object itself, which may begin with any number of zeros.
  authoredAt: maxDateBytes,
  authorDate: maxDateBytes,
  committedAt: maxDateBytes,
  message: messageLimit * bytesPerPoint,
};

const longDate = `a date of more than ${maxDateBytes} digits`;

/** What a commit has of which a part would be wrong. Every other field is truncated as it arrives. */
const refused: Readonly<Partial<Record<LogField, string>>> = {
  parents: `more than ${maxParents.toLocaleString('en')} parents`,
  authoredAt: longDate,
  authorDate: longDate,
  committedAt: longDate,
};

/**
 * Reads `git log` output into commits. Buffers no more than {@link maxBytes} of a field, however long it is.
 * @returns a function that takes a chunk and gives the commits that it completes
 * @throws DomainError `too_large`, from that function, as soon as a field is longer than it may be
 */
export function logParser(): (chunk: Buffer) => readonly Commit[] {
  let commits: Commit[] = [];
  let texts: Partial<Record<LogField, string>> = {};
  let held: Buffer[] = [];
  let heldBytes = 0;

  const split = fieldSplitter((field, chunk, start, end, ends) => {
    const room = maxBytes[field] - heldBytes;
    const keptEnd = Math.min(end, start + room);
    if (keptEnd < end) refuse(field, texts);
    if (ends && heldBytes === 0) {
      texts[field] = chunk.toString('utf8', start, keptEnd);
    } else {
      // A copy, since the memory of a chunk is not ours after the call.
      if (keptEnd > start) held.push(Buffer.from(chunk.subarray(start, keptEnd)));
      heldBytes += keptEnd - start;
      if (!ends) return;
      texts[field] = Buffer.concat(held).toString('utf8');
      held = [];
      heldBytes = 0;
    }
    if (field !== 'message') return;
    const commit = toCommit(texts);
    if (commit.parents.length > maxParents) refuse('parents', texts);
    commits.push(commit);
    texts = {};
  });

  return (chunk) => {
    commits = [];
    split(chunk);
    return commits;
  };
}

function refuse(field: LogField, { sha = '' }: Readonly<Partial<Record<LogField, string>>>): void {
  const what = refused[field];
  if (what === undefined) return;
  throw new DomainError(
    'too_large',
    `Commit ${sha.slice(0, hashLength)} of this repository has ${what}, which this server does not read; a history without that commit can be added.`,
    { cause: `commit ${sha} has ${what}` },
  );
}

/** The first code points of a text, as a copy where they are not all: V8 keeps the whole of a string for each part of it. */
function truncateField(text: string, limit: number): string {
  const part = truncate(text, limit);
  return part.length === text.length ? text : Buffer.from(part).toString();
}

function toCommit(texts: Readonly<Partial<Record<LogField, string>>>): Commit {
  const { sha = '', parents = '', author = '', message = '' } = texts;
  const authoredAt = parseEpoch(texts.authoredAt ?? '');
  return {
    hash: sha.slice(0, hashLength),
    author: truncateField(author, authorLimit),
    date: authoredAt === null ? null : formatGitDate(texts.authorDate ?? ''),
    message: truncateField(message, messageLimit),
    sha,
    authoredAt,
    committedAt: parseEpoch(texts.committedAt ?? ''),
    parents: parents === '' ? [] : parents.split(' '),
  };
}
