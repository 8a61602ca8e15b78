import { formatGitDate } from '../../domain/git-date.ts';
import { hashLength } from '../../domain/commit.ts';
import { fieldSplitter, maxDateBytes } from './log-format.ts';

/** More than a line gains over its record: separators, a hash held from the chunk before, a date written out. */
const slack = 256;

/**
 * Turns the records of `git log` into what `git log --abbrev=10 --pretty=format:"%h - %an, %ad : %s"` prints, byte
 * for byte, each line ended. Buffers no more than the beginning of a hash and a date: names and subjects of any length pass
 * through in pieces, parents are passed over.
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
  const text = (chunk: Buffer, start: number, end: number, ends: boolean) => {
    if (!safe) {
      used += chunk.copy(out, used, start, end);
      return;
    }
    const decoded = decoder.decode(chunk.subarray(start, end), { stream: !ends });
    const shown = Buffer.from(escapeControls(decoded));
    // An escape is longer than what it stands for.
    if (used + shown.length + slack > out.length) {
      out = Buffer.concat([out.subarray(0, used)], 2 * (out.length + shown.length));
    }
    used += shown.copy(out, used);
  };

  const split = fieldSplitter((field, chunk, start, end, ends) => {
    switch (field) {
      case 'sha':
        hash += chunk.toString('latin1', start, Math.min(end, start + hashLength - hash.length));
        if (!ends) break;
        ascii(`${hash} - `);
        hash = '';
        break;
      case 'author':
        text(chunk, start, end, ends);
        if (ends) ascii(', ');
        break;
      case 'authorDate':
        date += chunk.toString('latin1', start, Math.min(end, start + maxDateBytes - date.length));
        if (!ends) break;
        ascii(`${formatGitDate(date) ?? ''} : `);
        date = '';
        break;
      case 'message':
        text(chunk, start, end, ends);
        if (ends) ascii('\n');
        break;
      case 'parents':
      case 'authoredAt':
      case 'committedAt':
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
