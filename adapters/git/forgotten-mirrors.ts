import { DomainError } from '../../domain/errors.ts';

/** Mirrors that are to be removed, until a worker has done it. */
export interface ForgottenMirrors {
  /** Has the mirror of a url removed: by the next worker, before anything else, where there is none now. */
  forget(url: string): Promise<void>;
  /** Leaves a mirror to be of use again, whose removal still waits for a worker. */
  keep(url: string): void;
  /** Has a worker that was just started remove all that those before it have not. */
  retry(): void;
}

/** @param remove asks the worker to, and rejects with a DomainError where it has ended */
export function createForgottenMirrors(remove: (url: string) => Promise<void>): ForgottenMirrors {
  const urls = new Set<string>();
  return {
    async forget(url) {
      urls.add(url);
      try {
        await remove(url);
        urls.delete(url);
      } catch (error) {
        // Where the worker has ended, the next one does it, or the next start of the server.
        if (error instanceof DomainError) return;
        urls.delete(url);
        throw error;
      }
    },
    keep: (url) => void urls.delete(url),
    retry() {
      for (const url of urls) {
        // What fails now is removed by the next worker, or at the next start of the server.
        void remove(url).then(
          () => urls.delete(url),
          () => {},
        );
      }
    },
  };
}
