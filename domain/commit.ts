/** One commit, as `git log` prints it: text is UTF-8 with invalid bytes as U+FFFD. */
export interface Commit {
  /** The first 10 digits of `sha`: the same in every clone and for ever, unlike git's own `%h`. */
  readonly hash: string;
  /** Author's name, `%an`, at most {@link authorLimit} code points. */
  readonly author: string;
  /**
   * Author date in git's default format and the author's own zone, `Thu Nov 24 08:22:33 2026 +0100`.
   * Null where `authoredAt` is null or the local time lies before 1970.
   */
  readonly date: string | null;
  /** The subject, `%s`, at most {@link messageLimit} code points. */
  readonly message: string;
  /** The whole object name: 40 hex digits (sha1) or 64 (sha256). */
  readonly sha: string;
  /** Author date in epoch seconds; null where git's text is no plain number up to the year 9999. */
  readonly authoredAt: number | null;
  /** Committer date, likewise. */
  readonly committedAt: number | null;
  /** The parents' object names, first parent first. */
  readonly parents: readonly string[];
}

/** How much of a subject is kept, in code points. */
export const messageLimit = 1000;

/** How much of an author's name is kept, in code points. */
export const authorLimit = 200;

/** How many parents a commit may have: a history with one of more is refused. The widest merge of Linux has 66. */
export const maxParents = 1000;

/** How many digits of an object name make `hash`. */
export const hashLength = 10;

/** 9999-12-31T23:59:59Z: what comes later is not a date people can use. */
const lastSecond = 253_402_300_799;

/** Epoch seconds from git's own text (`%at`, `%ct`), or null where that is no plain number up to the year 9999. */
export function parseEpoch(text: string): number | null {
  // Like git, which reads zeros in front as nothing.
  if (!/^0*\d{1,12}$/.test(text)) return null;
  const seconds = Number(text);
  return seconds <= lastSecond ? seconds : null;
}

/** The first `limit` code points of a text, nothing appended. */
export function truncate(text: string, limit: number): string {
  // A code point is one or two UTF-16 units, so short texts need no counting.
  if (text.length <= limit) return text;
  let units = 0;
  for (let points = 0; points < limit && units < text.length; points++) {
    units += (text.codePointAt(units) ?? 0) > 0xffff ? 2 : 1;
  }
  return text.slice(0, units);
}
