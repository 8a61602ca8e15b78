/** Who works in the mirror of a url, so that another one takes its place while nobody does. */
export interface Uses {
  /** Begins to work in a mirror; whoever has ended calls what it gives. */
  enter(url: string): Promise<() => void>;
  /** Does something quick while nobody works in a mirror: waits for such a moment, and lets whoever comes then wait. */
  between<Result>(url: string, work: () => Promise<Result>): Promise<Result>;
}

interface Use {
  users: number;
  readonly over: PromiseWithResolvers<void>;
}

export function createUses(): Uses {
  const uses = new Map<string, Use>();
  const replacing = new Map<string, Promise<unknown>>();
  return {
    async enter(url) {
      for (let other; (other = replacing.get(url)) !== undefined;) await other.catch(() => {});
      const use = uses.get(url) ?? { users: 0, over: Promise.withResolvers<void>() };
      uses.set(url, use);
      use.users++;
      return () => {
        use.users--;
        if (use.users > 0) return;
        uses.delete(url);
        use.over.resolve();
      };
    },
    async between(url, work) {
      for (let use; (use = uses.get(url)) !== undefined;) await use.over.promise;
      const done = work();
      replacing.set(url, done);
      try {
        return await done;
      } finally {
        replacing.delete(url);
      }
    },
  };
}
