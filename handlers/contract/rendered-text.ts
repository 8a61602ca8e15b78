import { hash } from 'node:crypto';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { CacheableReply, Encoding, Head, Page, Reply } from './reply.ts';

/** Makes a page of what it shows. */
export type Render = (page: Page) => string | Promise<string>;

/** A text made from what is there now, as bytes that all share who ask for it meanwhile. */
export interface MadeText {
  readonly kind: 'made';
  readonly type: string;
  /** Strong, of the text as it is before it is compressed; undefined where nobody would ask by it. */
  readonly etag: string | undefined;
  readonly head: Head;
  /** The text in an encoding; each is made once. */
  bytes(encoding: Encoding): Promise<Uint8Array>;
}

/** Renders a page that is made anew each time: what a page of now is made from has no key. */
export async function makePage(reply: Head & Page, render: Render): Promise<MadeText> {
  const text = await render(reply);
  return made(reply, 'text/html; charset=utf-8', text, `"${digest(text)}"`);
}

/** Makes what many may be sent of a reply; one that tells of a mistake, or is no text, stays as it is. */
export async function makeOnce(
  reply: Reply | CacheableReply,
  render: Render,
): Promise<Reply | CacheableReply | MadeText> {
  if (reply.kind === 'repeatable' || reply.status !== undefined) return reply;
  if (reply.kind === 'view') return makePage(reply, render);
  if (reply.kind === 'text') return made(reply, reply.type, reply.text, undefined);
  return reply;
}

function made(head: Head, type: string, text: string, etag: string | undefined): MadeText {
  const identity = Buffer.from(text);
  let compressed: Promise<Uint8Array> | undefined;
  return {
    kind: 'made',
    type,
    etag,
    head,
    bytes: async (encoding) =>
      encoding === 'identity' ? identity : (compressed ??= compress(identity)),
  };
}

const compress: (bytes: Uint8Array) => Promise<Uint8Array> = promisify(gzip);

export function digest(text: string): string {
  return hash('sha256', text, 'base64url').slice(0, 27);
}
