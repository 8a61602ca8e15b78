import { formatGitDate } from '../../domain/git-date.ts';
import { hashLength } from '../../domain/commit.ts';
import { fieldSplitter } from './log-format.ts';

/** More than a line gains over its record: separators, a hash held from the chunk before, a date written out. */
const slack = 256;

/**
 * Turns the records of `git log` into what `git log --abbrev=10 --pretty=format:"%h - %an, %ad : %s"` prints, byte
 * for byte, each line ended. Holds no text: a subject of any length passes through in pieces.
 * @param safe for a terminal: characters that could command it are shown as escapes instead
 * @returns a function that takes a chunk of records and gives the bytes to print
 */
export function logPrinter(safe: boolean): (chunk: Buffer) => Buffer {
  let out = Buffer.alloc(0);
  let used = 0;
  let hash = '';
  let date = '';
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

  const ascii = (text: string) => {
    used += out.write(text, used, 'latin1');
  };
  const bytes = (piece: Buffer) => {
    used += piece.copy(out, used);
  };
  const text = (piece: Buffer, ends: boolean) => {
    if (!safe) return bytes(piece);
    const shown = Buffer.from(escapeControls(decoder.decode(piece, { stream: !ends })));
    out = Buffer.concat([out.subarray(0, used), shown, Buffer.alloc(out.length - used)]);
    used += shown.length;
  };

  const split = fieldSplitter((field, piece, ends) => {
    if (field === 'sha') {
      hash += piece.toString('latin1', 0, hashLength - hash.length);
      if (ends) ascii(`${hash} - `);
      if (ends) hash = '';
    } else if (field === 'author') {
      text(piece, ends);
      if (ends) ascii(', ');
    } else if (field === 'authorDate') {
      date += piece.toString('latin1');
      if (ends) ascii(`${formatGitDate(date) ?? ''} : `);
      if (ends) date = '';
    } else if (field === 'message') {
      text(piece, ends);
      if (ends) ascii('\n');
    }
  });

  return (chunk) => {
    out = Buffer.allocUnsafe(chunk.length + slack);
    used = 0;
    split(chunk);
    return out.subarray(0, used);
  };
}

/** Control characters but the tab, and those that reorder text: a commit's author must not steer the reader's terminal. */
const controls = /[\p{Cc}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu;

function escapeControls(text: string): string {
  return text.replace(controls, (character) =>
    character === '\t' ? character : `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
