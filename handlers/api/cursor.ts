import { z } from 'zod';
import type { SearchCursor, PageStart } from '../../domain/index.ts';
import { cursorSchema, encodeCursor } from './query.ts';

const count = z.int().min(0).max(1e9);
const tip = z.string().regex(/^(?:[0-9a-f]{40}|[0-9a-f]{64})$/);

/** Reads what {@link writeCursor} wrote. */
export const cursor = cursorSchema(
  z
    .tuple([tip, count, count])
    .refine(([, commits, skip]) => skip < commits)
    .transform(([of, commits, skip]): PageStart => ({ tip: of, commits, skip })),
);

/** A place in a history for a link. */
export function writeCursor({ tip: of, commits, skip }: PageStart): string {
  return encodeCursor([of, commits, skip]);
}

/** Reads what {@link encodeSearchCursor} wrote. */
export const edgeCursor = cursorSchema(
  z
    .tuple([tip, count, count, z.int().min(0).nullable(), z.enum(['after', 'before'])])
    .refine(([, commits, position]) => position < commits)
    .transform(([of, commits, position, committedAt, side]): SearchCursor => ({
      tip: of,
      commits,
      position,
      committedAt,
      side,
    })),
);

/** An edge of a page of found commits, for a link. */
export function encodeSearchCursor(place: SearchCursor | null): string | null {
  if (place === null) return null;
  const { tip: of, commits, position, committedAt, side } = place;
  return encodeCursor([of, commits, position, committedAt, side]);
}
