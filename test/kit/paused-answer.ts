import { serve, type Answer } from './git-backend.ts';

/** What a remote keeps to itself until the test lets it go. */
export interface Held {
  /** For the `answers` of a git server. */
  readonly answer: Answer;
  /** Is over once the first request for it has come. */
  readonly asked: Promise<void>;
  /** Lets go of it, for those that wait and those that come later. */
  readonly open: () => void;
}

/** Holds an answer, the repository unless another one is given. */
export function pausedAnswer(then: Answer = serve()): Held {
  const { promise: asked, resolve: ask } = Promise.withResolvers<void>();
  const { promise: opened, resolve: open } = Promise.withResolvers<void>();
  return {
    answer: async (exchange) => {
      ask();
      await opened;
      await then(exchange);
    },
    asked,
    open,
  };
}
