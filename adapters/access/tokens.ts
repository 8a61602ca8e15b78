import { createHmac, hash, timingSafeEqual } from 'node:crypto';

/** A secret, and whose it is. */
export interface NamedToken {
  readonly name: string;
  readonly token: string;
}

/** Who may write, and read where that takes a token. */
export interface Tokens {
  /** Whose token it is, if it is one. */
  nameOf(token: string): string | undefined;
  /** Whose session it is, if it is one. */
  nameOfSession(session: string): string | undefined;
  /** The session that a token opens; undefined for a wrong one. */
  open(token: string): string | undefined;
}

/** Knows tokens by their digests alone. Comparing takes the same time whatever is given and whichever fits. */
export function createTokens(given: readonly NamedToken[]): Tokens {
  const entries = given.map(({ name, token }) => ({
    name,
    token: digest(token),
    session: digest(sessionOf(token)),
  }));
  const find = (kind: 'token' | 'session', secret: string) => {
    const wanted = digest(secret);
    // All of them, so that the place of the right one does not show.
    return entries.filter((entry) => timingSafeEqual(entry[kind], wanted))[0]?.name;
  };
  return {
    nameOf: (token) => find('token', token),
    nameOfSession: (session) => find('session', session),
    open: (token) => (find('token', token) === undefined ? undefined : sessionOf(token)),
  };
}

/** What a browser keeps in place of the token: it opens the same doors here, and is of no use elsewhere. */
function sessionOf(token: string): string {
  return createHmac('sha256', token).update('git-monitoring-server session').digest('base64url');
}

function digest(text: string): Buffer {
  return hash('sha256', text, 'buffer');
}
