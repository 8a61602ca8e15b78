import { stringifySetCookie } from 'cookie';
import { z } from 'zod';
import { sessionCookie } from '../contract/access-guard.ts';
import type { Client, Handler } from '../contract/handler.ts';
import { view } from './view.ts';

interface LoginView {
  /** Whether a wrong token was sent. */
  readonly wrong: boolean;
  /** The name of the token that the browser has logged in with. */
  readonly client: string | null;
  /** Path of the page that is shown afterwards. */
  readonly to: string;
}

const loginPage = view<LoginView>('login');

/** A path of this server and nothing else, however a browser may read it. */
const path = z
  .string()
  .max(4096)
  .regex(/^\/(?![/\\])[!-[\]-~]*$/)
  .catch('/');

const showInput = z.object({ query: z.object({ to: path }).catch({ to: '/' }) });

/** `GET /login`: asks a browser's user for a token. */
export const show: Handler<z.infer<typeof showInput>> = {
  input: showInput,
  run: async (_ports, { query: { to } }, { sender: { client = null } }) =>
    loginPage({ wrong: false, client, to }),
};

const enterInput = z.object({ body: z.string() });

/** How long a browser remembers that it has logged in, in seconds: as long as the session lasts here. */
const month = 30 * 24 * 60 * 60;

/** `POST /login`: the form of `/login`. Leads to where its user came from, with a cookie that stands for the token. */
export const enter: Handler<z.infer<typeof enterInput>> = {
  input: enterInput,
  async run(_ports, { body }, { openSession, closeSession, sender }) {
    const fields = new URLSearchParams(body);
    const token = fields.get('token')?.trim() ?? '';
    const to = path.parse(fields.get('to'));
    const session = openSession?.(token);
    // Where nobody needs a token there is nothing to log in to.
    if (openSession !== undefined && session === undefined)
      return { ...loginPage({ wrong: true, client: null, to }), status: 401 };
    if (sender.session !== undefined) closeSession?.(sender.session);
    const cookie = session !== undefined && {
      'set-cookie': sessionCookieOf(session, month, sender),
    };
    return { kind: 'empty', status: 303, headers: { location: to, ...cookie } };
  },
};

/** `POST /logout`: ends the session, and the browser forgets it. Who has no session has none afterwards. */
export const leave: Handler = {
  input: z.unknown(),
  async run(_ports, _input, { closeSession, sender }) {
    if (sender.session !== undefined) closeSession?.(sender.session);
    const headers = { location: '/login', 'set-cookie': sessionCookieOf('', 0, sender) };
    return { kind: 'empty', status: 303, headers };
  },
};

/** A cookie that no script reads, no other site sends, and that goes by https alone where it came so. */
function sessionCookieOf(value: string, maxAge: number, { isSecure }: Client): string {
  return stringifySetCookie({
    name: sessionCookie,
    value,
    maxAge,
    path: '/',
    httpOnly: true,
    secure: isSecure,
    sameSite: 'strict',
  });
}
