import { z } from 'zod';
import type { Handler } from '../contract/handler.ts';

/** `GET /metrics`: what Prometheus scrapes. */
export const metrics: Handler = {
  input: z.unknown(),
  async run(ports) {
    const projects = await ports.store.projects();
    return { kind: 'text', ...(await ports.metrics.exposition(projects)) };
  },
  coalesceBy: () => '',
};
