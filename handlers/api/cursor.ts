import { z } from 'zod';
import type { Edge, Place } from '../../domain/index.ts';
import { cursorOf, writeOpaque } from './query.ts';

const count = z.int().min(0).max(1e9);
const tip = z.string().regex(/^(?:[0-9a-f]{40}|[0-9a-f]{64})$/);

/** Reads what {@link writeCursor} wrote. */
export const cursor = cursorOf(
  z
    .tuple([tip, count, count])
    .refine(([, commits, skip]) => skip < commits)
    .transform(([of, commits, skip]): Place => ({ tip: of, commits, skip })),
);

/** A place in a history for a link. */
export function writeCursor({ tip: of, commits, skip }: Place): string {
  return writeOpaque([of, commits, skip]);
}

/** Reads what {@link writeEdge} wrote. */
export const edgeCursor = cursorOf(
  z
    .tuple([tip, count, count, z.int().min(0).nullable(), z.enum(['after', 'before'])])
    .refine(([, commits, position]) => position < commits)
    .transform(([of, commits, position, committedAt, side]): Edge => ({
      tip: of,
      commits,
      position,
      committedAt,
      side,
    })),
);

/** An edge of a page of found commits, for a link. */
export function writeEdge(place: Edge | null): string | null {
  if (place === null) return null;
  const { tip: of, commits, position, committedAt, side } = place;
  return writeOpaque([of, commits, position, committedAt, side]);
}
