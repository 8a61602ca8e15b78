/**
 * What is asked of `git log` for each commit, in this order, each text ended by a NUL: the one byte that none of
 * them can hold. Authored and committed times are taken as git's own digits (`%at`, `%ct`), and the author's zone
 * from `%ad` with `--date=raw`: every other date format makes `git log` die on a local time before 1970.
 */
const placeholders = [
  ['sha', '%H'],
  ['parents', '%P'],
  ['author', '%an'],
  ['authoredAt', '%at'],
  ['authorDate', '%ad'],
  ['committedAt', '%ct'],
  ['message', '%s'],
] as const;

/** Bytes of the longest `%ad`: 20 digits, which git has made of whatever the object says, and a zone of 10 with its sign. */
export const maxDateBytes = 32;

export type LogField = (typeof placeholders)[number][0];

/** The fields of a record, in the order in which git writes them. */
export const logFields: readonly LogField[] = placeholders.map(([field]) => field);

/** Arguments that make `git log` write such records, and nothing of the user's or the repository's taste. */
export const logArguments = [
  'log',
  '-z',
  '--no-mailmap',
  '--no-show-signature',
  '--no-notes',
  '--no-color',
  '--no-decorate',
  '--encoding=UTF-8',
  '--date=raw',
  `--format=tformat:${placeholders.map(([, placeholder]) => placeholder).join('%x00')}`,
] as const;

/** A stretch of a field: the bytes of `chunk` from `start` to before `end`, which are only valid during the call. */
type OnPiece = (field: LogField, chunk: Buffer, start: number, end: number, ends: boolean) => void;

/**
 * Cuts the bytes of `git log` into fields as they arrive. `onPiece` gets each stretch of a field, not as a buffer of
 * its own because most are looked at and dropped; `ends` tells the last one (which may be empty).
 * @returns a function to be called with each chunk; whatever the chunk boundaries, the pieces join to the same fields
 */
export function fieldSplitter(onPiece: OnPiece): (chunk: Buffer) => void {
  let index = 0;
  return (chunk) => {
    let start = 0;
    while (start < chunk.length) {
      const field = logFields[index];
      if (field === undefined) throw new Error('more fields than logFields has');
      const end = chunk.indexOf(0, start);
      if (end === -1) {
        onPiece(field, chunk, start, chunk.length, false);
        return;
      }
      onPiece(field, chunk, start, end, true);
      index = (index + 1) % logFields.length;
      start = end + 1;
    }
  };
}
