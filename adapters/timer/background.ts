import { setTimeout } from 'node:timers/promises';
import {
  importProjects,
  gitUnavailable,
  isUnavailable,
  refreshDue,
  type AddProjectInput,
  type Ports,
  type DeclaredProject,
} from '../../domain/index.ts';

/** How often it is looked whose time has come, in milliseconds. */
const tick = 1000;

/** Between one try and the next, in milliseconds; each wait is twice as long as the one before. */
const firstWait = 10_000;
const longestWait = 30 * 60_000;

/** Of how many projects that could not be added each try logs a line. */
const mostLogged = 100;

interface RefreshPorts extends Ports {
  /** Absent: git can always be run. */
  readonly status?: { read(): Promise<{ readonly gitWorker: { readonly isUp: boolean } }> };
}

type LogLine = (fields: unknown, message: string) => void;

interface Background extends Pick<AddProjectInput, 'timeoutSeconds' | 'rules'> {
  readonly maxProjects: number;
  /** As {@link importProjects} wants it. */
  readonly notBefore?: ReadonlyMap<string, number>;
  readonly signal: AbortSignal;
  readonly logger: { readonly warn: LogLine; readonly error: LogLine };
  /** What the log is told of a failure, for those that are expected. */
  describeFailure(error: unknown): { readonly fields: object } | undefined;
}

/** Refreshes every history when its time has come, until the signal aborts and what runs has ended. */
export async function keepRefreshing(
  ports: RefreshPorts,
  { signal, logger, describeFailure, rules, timeoutSeconds }: Background,
): Promise<void> {
  const running = new Set<Promise<void>>();
  let failing = false;
  const pause = (error: unknown) => {
    // Once, and not every second, as long as it lasts.
    if (!failing) logger.error(error, 'refreshing has failed');
    failing = true;
  };
  const failed = (url: string, error: unknown) => {
    const fields = describeFailure(error)?.fields ?? { reason: String(error) };
    logger.warn({ url, ...fields }, 'a repository could not be refreshed');
    // It is due again at once: when to try the next time could not be written, or nothing was tried.
    if (isUnavailable(error)) pause(error);
  };
  const options = {
    signal,
    failed,
    ...(rules && { rules }),
    ...(timeoutSeconds !== undefined && { timeoutSeconds }),
  };
  const look = async () => {
    try {
      // While nothing can be kept, or git cannot be run, no remote need be asked.
      if (failing) await check(ports);
      failing = false;
      await refreshDue(ports, Date.now() / 1000, options);
    } catch (error) {
      pause(error);
    }
  };
  while (!signal.aborted) {
    const looking = look();
    running.add(looking);
    void looking.finally(() => running.delete(looking));
    await setTimeout(tick, undefined, { signal }).catch(() => {});
  }
  await Promise.all(running);
}

async function check({ store, status }: RefreshPorts): Promise<void> {
  await store.check();
  if (status !== undefined && !(await status.read()).gitWorker.isUp) throw gitUnavailable();
}

/** Brings in the projects that are wanted, and those that fail again and again until none does or the signal aborts. */
export async function retryImports(
  ports: RefreshPorts,
  wanted: readonly DeclaredProject[],
  { logger, describeFailure, ...limits }: Background,
): Promise<void> {
  const { signal } = limits;
  let rest = wanted;
  for (let wait = firstWait; rest.length > 0; wait = Math.min(2 * wait, longestWait)) {
    const missed = await importProjects(ports, rest, limits);
    if (signal.aborted) return;
    for (const { name, url, error } of missed.slice(0, mostLogged)) {
      const fields = describeFailure(error)?.fields;
      logger.warn(
        { project: name, url, retrySeconds: wait / 1000, reason: String(error), ...fields },
        'a project of PROJECTS_FILE could not be added',
      );
    }
    if (missed.length > mostLogged) {
      const more = missed.length - mostLogged;
      logger.warn({ more }, 'more projects of PROJECTS_FILE could not be added');
    }
    rest = missed;
    if (rest.length > 0) await setTimeout(wait, undefined, { signal }).catch(() => {});
  }
}
