import { hash, randomBytes } from 'node:crypto';

export interface SessionOptions {
  /** How long a session lasts after its login, in seconds. */
  readonly sessionSeconds?: number;
  /** In milliseconds, by a clock that nobody sets. */
  readonly now?: () => number;
}

export interface Sessions {
  /** A session of a client; the oldest of that client gives way where there are very many. */
  open(client: string): string;
  /** Whose session it is, while it lasts. */
  nameOf(session: string): string | undefined;
  /** Ends a session at once. */
  close(session: string): void;
}

/** How many sessions of one client there may be, so that no client takes the memory or the sessions of others. */
const mostPerClient = 100;

const month = 30 * 24 * 60 * 60;

/** Keeps sessions in this process, by the digests of their random ids: they end with it. */
export function createSessions({
  sessionSeconds = month,
  now = () => performance.now(),
}: SessionOptions = {}): Sessions {
  /** In the order in which they were opened. */
  const sessions = new Map<string, { readonly client: string; readonly endsAt: number }>();

  const find = (session: string) => {
    const id = digest(session);
    const found = sessions.get(id);
    if (found === undefined || found.endsAt > now()) return found;
    sessions.delete(id);
    return undefined;
  };

  return {
    open(client) {
      const own = [...sessions].filter(([, session]) => session.client === client);
      for (const [id] of own.slice(0, -mostPerClient + 1)) sessions.delete(id);
      const session = randomBytes(32).toString('base64url');
      sessions.set(digest(session), { client, endsAt: now() + sessionSeconds * 1000 });
      return session;
    },
    nameOf: (session) => find(session)?.client,
    close: (session) => void sessions.delete(digest(session)),
  };
}

function digest(session: string): string {
  return hash('sha256', session, 'base64url');
}
