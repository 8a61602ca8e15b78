import { serve } from './git-backend.ts';
import type { GitServer } from './git-server.ts';

/** A name of the server's answers, `gate`, that serves no repository until it is opened. */
export function gate(remote: GitServer): () => void {
  const { promise, resolve } = Promise.withResolvers<void>();
  remote.answers.set('gate', async (exchange) => {
    await promise;
    await serve()(exchange);
  });
  return resolve;
}
