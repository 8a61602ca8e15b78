import { setTimeout } from 'node:timers/promises';
import type { Logger } from 'pino';
import {
  bringInProjects,
  type AddProjectInput,
  type Ports,
  type WantedProject,
} from './domain/index.ts';
import { describeFailure } from './handlers/describe-failure.ts';

/** Between one try and the next, in milliseconds; each wait is twice as long as the one before. */
const firstWait = 10_000;
const longestWait = 30 * 60_000;

interface Keeping extends Pick<AddProjectInput, 'timeoutSeconds'> {
  readonly maxProjects: number;
  readonly signal: AbortSignal;
  readonly logger: Pick<Logger, 'warn'>;
}

/** Brings in the projects that are wanted, and those that fail again and again until none does or the signal aborts. */
export async function keepBringingIn(
  ports: Pick<Ports, 'git' | 'store' | 'queue' | 'metrics'>,
  wanted: readonly WantedProject[],
  { logger, ...limits }: Keeping,
): Promise<void> {
  const { signal } = limits;
  let rest = wanted;
  for (let wait = firstWait; rest.length > 0; wait = Math.min(2 * wait, longestWait)) {
    const missed = await bringInProjects(ports, rest, limits);
    if (signal.aborted) return;
    for (const { name, url, error } of missed) {
      const fields = describeFailure(error)?.fields;
      logger.warn(
        { project: name, url, retrySeconds: wait / 1000, reason: String(error), ...fields },
        'a project of PROJECTS_FILE could not be added',
      );
    }
    rest = missed;
    if (rest.length > 0) await setTimeout(wait, undefined, { signal }).catch(() => {});
  }
}
