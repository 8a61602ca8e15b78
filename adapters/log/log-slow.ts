import type { Logger } from 'pino';

/** How long a step of the start may take until the log says what it does, in milliseconds. */
const quiet = 1000;

/** Waits for a step of the start, and logs what it does where it takes long: nothing else says why nothing listens yet. */
export async function tellSlow<Result>(
  logger: Pick<Logger, 'warn'>,
  what: string,
  step: Promise<Result>,
): Promise<Result> {
  const timer = setTimeout(() => logger.warn(`${what}; the server listens afterwards`), quiet);
  try {
    return await step;
  } finally {
    clearTimeout(timer);
  }
}
