import { z } from 'zod';
import type { Place } from '../domain/index.ts';

const count = z.int().min(0).max(1e9);
const place = z.tuple([z.string().regex(/^(?:[0-9a-f]{40}|[0-9a-f]{64})$/), count, count]);

const refusal =
  'cursor is taken from a link of this server, as it stands; begin with the first page.';

/** Reads what {@link writeCursor} wrote. */
export const cursor = z.string(refusal).transform((text, context): Place => {
  const read = place.safeParse(parse(text));
  if (read.success && read.data[2] < read.data[1]) {
    const [tip, commits, skip] = read.data;
    return { tip, commits, skip };
  }
  context.addIssue(refusal);
  return z.NEVER;
});

/** A place in a history for a link: what it holds is nobody's business but ours. */
export function writeCursor({ tip, commits, skip }: Place): string {
  return Buffer.from(JSON.stringify([tip, commits, skip])).toString('base64url');
}

function parse(text: string): unknown {
  try {
    return JSON.parse(Buffer.from(text, 'base64url').toString());
  } catch {
    return undefined;
  }
}
