import { z } from 'zod';
import { sessionCookie } from './gate.ts';
import type { Handler } from './handler.ts';
import type { Reply } from './reply.ts';

const form = (wrong: boolean): Reply => ({ kind: 'view', view: 'login', context: { wrong } });

/** `GET /login`: asks a browser's user for a token. */
export const show: Handler = {
  input: z.unknown(),
  run: async () => form(false),
};

const enterInput = z.object({ body: z.string() });

/** How long a browser remembers that it has logged in, in seconds. */
const month = 30 * 24 * 60 * 60;

/** `POST /login`: the form of `/login`. Leads to the projects, with a cookie that stands for the token. */
export const enter: Handler<z.infer<typeof enterInput>> = {
  input: enterInput,
  async run(_ports, { body }, { openSession }) {
    const token = new URLSearchParams(body).get('token')?.trim() ?? '';
    const session = openSession?.(token);
    // Where nobody needs a token there is nothing to log in to.
    if (openSession !== undefined && session === undefined) return { ...form(true), status: 401 };
    const cookie = `${sessionCookie}=${session}; Path=/; Max-Age=${month}; HttpOnly; SameSite=Strict`;
    const headers = { location: '/', ...(session !== undefined && { 'set-cookie': cookie }) };
    return { kind: 'empty', status: 303, headers };
  },
};
