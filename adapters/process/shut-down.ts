import { StopError } from './stop-error.ts';

/** How long a request that runs may go on once the server is told to stop, in milliseconds. */
const gracePeriodMs = 8000;

/** How long all else that was told to end may take after that until the git worker is killed, in milliseconds. */
const killGitMs = 700;

/** When it is given up that everything ends by itself, after the server was told to stop and told again; in milliseconds. */
const maxStopMs = 9300;
const maxForcedMs = 5000;

interface Steps {
  /** Ends the requests, within so many milliseconds or when the signal aborts, and the listener. */
  endRequests(graceMs: number, force: AbortSignal | undefined): Promise<void>;
  /** Aborts when requests have had their time, and all other work is to end too. */
  readonly over: AbortSignal;
  /** Resolves when nothing is fetched any more. */
  readonly idle: () => Promise<unknown>;
  /** Has everything that waits for git fail at once. */
  readonly killGit: () => void;
  /** Closes the store and all else. */
  readonly close: () => Promise<void>;
}

/**
 * Graceful shutdown, step by step. What a git worker that hangs holds up goes on without it.
 * @param force ends the requests' time
 * @throws StopError where a step hangs
 */
export async function shutDown(steps: Steps, force: AbortSignal | undefined): Promise<void> {
  let step = 'a request';
  let killing: NodeJS.Timeout | undefined;
  const { promise: hangs, reject } = Promise.withResolvers<never>();
  const giveUp = () => {
    steps.killGit();
    reject(new StopError(`The server does not end by itself, since ${step} hangs.`));
  };
  const timers = [setTimeout(giveUp, maxStopMs)];
  const onForce = () => timers.push(setTimeout(giveUp, maxForcedMs));
  const onOver = () => (killing = setTimeout(steps.killGit, killGitMs));
  force?.addEventListener('abort', onForce, { once: true });
  steps.over.addEventListener('abort', onOver, { once: true });

  const inOrder = async () => {
    try {
      await steps.endRequests(gracePeriodMs, force);
      step = 'a fetch or the store';
      await steps.idle();
    } finally {
      clearTimeout(killing);
      step = 'the store or the git worker';
      await steps.close();
    }
  };
  try {
    await Promise.race([inOrder(), hangs]);
  } finally {
    for (const timer of [...timers, killing]) clearTimeout(timer);
    force?.removeEventListener('abort', onForce);
    steps.over.removeEventListener('abort', onOver);
  }
}
