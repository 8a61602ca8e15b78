import { z } from 'zod';
import type { Edge } from '../domain/index.ts';
import { cursorOf, writeOpaque } from './api-query.ts';

const count = z.int().min(0).max(1e9);
const edge = z
  .tuple([
    z.string().regex(/^(?:[0-9a-f]{40}|[0-9a-f]{64})$/),
    count,
    count,
    z.int().min(0).nullable(),
    z.enum(['after', 'before']),
  ])
  .refine(([, commits, position]) => position < commits)
  .transform(([tip, commits, position, committedAt, side]): Edge => ({
    tip,
    commits,
    position,
    committedAt,
    side,
  }));

/** Reads what {@link writeEdge} wrote. */
export const edgeCursor = cursorOf(edge);

/** An edge of a page of found commits, for a link. */
export function writeEdge(place: Edge | null): string | null {
  if (place === null) return null;
  const { tip, commits, position, committedAt, side } = place;
  return writeOpaque([tip, commits, position, committedAt, side]);
}
