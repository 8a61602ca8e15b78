import {
  authorLimit,
  cut,
  hashLength,
  messageLimit,
  parseEpoch,
  type Commit,
} from '../../domain/commit.ts';
import { formatGitDate } from '../../domain/git-date.ts';
import { logFields, type LogField } from './log-format.ts';

/** No code point takes more bytes than this in UTF-8, and an invalid byte is a code point (U+FFFD) of its own. */
const bytesPerPoint = 4;

/** How many bytes of a field are kept that comes in several chunks; the rest is dropped as it arrives. */
const limits: Readonly<Partial<Record<LogField, number>>> = {
  author: authorLimit * bytesPerPoint,
  message: messageLimit * bytesPerPoint,
};

/** Where each field stands in a record. */
const place = {
  sha: logFields.indexOf('sha'),
  parents: logFields.indexOf('parents'),
  author: logFields.indexOf('author'),
  authoredAt: logFields.indexOf('authoredAt'),
  authorDate: logFields.indexOf('authorDate'),
  committedAt: logFields.indexOf('committedAt'),
  message: logFields.indexOf('message'),
} as const satisfies Record<LogField, number>;

/**
 * Reads `git log` output into commits. What a chunk holds of whole fields is decoded at once: no byte of UTF-8 but NUL
 * itself is one, and field by field it takes half as long again.
 * @returns a function that takes a chunk and gives the commits that it completes
 */
export function logParser(): (chunk: Buffer) => readonly Commit[] {
  /** The fields of a record whose end has not come. */
  let fields: readonly string[] = [];
  /** The beginning of a field whose end has not come. */
  let held: Buffer[] = [];
  let heldBytes = 0;

  const hold = (piece: Buffer) => {
    const field = logFields[fields.length];
    const room = ((field && limits[field]) ?? Infinity) - heldBytes;
    if (room <= 0 || piece.length === 0) return;
    // A copy, since the memory of a chunk is not ours after the call.
    held.push(Buffer.from(piece.subarray(0, room)));
    heldBytes += Math.min(piece.length, room);
  };

  return (chunk) => {
    const first = chunk.indexOf(0);
    if (first === -1) {
      hold(chunk);
      return [];
    }
    hold(chunk.subarray(0, first));
    const begun = Buffer.concat(held).toString();
    held = [];
    heldBytes = 0;
    const last = chunk.lastIndexOf(0);
    const whole = last > first ? chunk.toString('utf8', first + 1, last).split('\0') : [];
    const texts = [...fields, begun, ...whole];
    const commits: Commit[] = [];
    let start = 0;
    for (; start + logFields.length <= texts.length; start += logFields.length) {
      commits.push(toCommit(texts, start));
    }
    fields = texts.slice(start);
    hold(chunk.subarray(last + 1));
    return commits;
  };
}

function toCommit(texts: readonly string[], start: number): Commit {
  const text = (field: LogField) => texts[start + place[field]] ?? '';
  const sha = text('sha');
  const parents = text('parents');
  const authoredAt = parseEpoch(text('authoredAt'));
  return {
    hash: sha.slice(0, hashLength),
    author: cut(text('author'), authorLimit),
    date: authoredAt === null ? null : formatGitDate(text('authorDate')),
    message: cut(text('message'), messageLimit),
    sha,
    authoredAt,
    committedAt: parseEpoch(text('committedAt')),
    parents: parents === '' ? [] : parents.split(' '),
  };
}
