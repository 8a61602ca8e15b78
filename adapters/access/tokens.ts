import { hash, timingSafeEqual } from 'node:crypto';
import { createSessions, type SessionOptions } from './sessions.ts';

/** A secret, and whose it is. */
export interface NamedToken {
  readonly name: string;
  readonly token: string;
}

/** Who may write, and read where that takes a token. */
export interface Tokens {
  /** Whose token it is, if it is one. */
  nameOf(token: string): string | undefined;
  /** Whose session it is, while it lasts. */
  nameOfSession(session: string): string | undefined;
  /**
   * A new session, which a browser keeps in place of the token: it opens the same doors here, and is of no use elsewhere;
   * undefined for a wrong token.
   */
  open(token: string): string | undefined;
  /** Ends a session at once. */
  close(session: string): void;
}

/** Knows tokens by their digests alone. Comparing takes the same time whatever is given and whichever fits. */
export function createTokens(given: readonly NamedToken[], options?: SessionOptions): Tokens {
  const entries = given.map(({ name, token }) => ({ name, digest: digest(token) }));
  const sessions = createSessions(options);
  const nameOf = (token: string) => {
    const wanted = digest(token);
    // All of them, so that the place of the right one does not show.
    return entries.filter((entry) => timingSafeEqual(entry.digest, wanted))[0]?.name;
  };
  return {
    nameOf,
    nameOfSession: sessions.nameOf,
    open: (token) => {
      const name = nameOf(token);
      return name === undefined ? undefined : sessions.open(name);
    },
    close: sessions.close,
  };
}

function digest(text: string): Buffer {
  return hash('sha256', text, 'buffer');
}
