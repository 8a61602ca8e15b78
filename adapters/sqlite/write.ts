import type { DatabaseSync } from 'node:sqlite';
import { isSameHour } from '../../domain/history/activity.ts';
import type { Attempt, Change, Commit, History } from '../../domain/index.ts';
import { createLostCommits } from './lost-commits.ts';
import { createMeasure } from './measure.ts';
import type { Steps } from './steps.ts';
import { createSweep } from './sweep.ts';
import { createTransactions } from './transactions.ts';
import { number } from './values.ts';
import { createExtender } from './write-extension.ts';
import { createFactWriter } from './write-facts.ts';
import { createProjectWriter } from './write-projects.ts';
import { createRewriteWriter } from './write-rewrites.ts';
import { createRowWriter } from './write-rows.ts';

export type Writer = ReturnType<typeof createWriter>;

/**
 * Writes; each call is one transaction, which comes last where the call takes many steps. A history is grown out of sight, and
 * shown by one last call.
 */
export function createWriter(db: DatabaseSync) {
  const newHistory = db.prepare('INSERT INTO histories DEFAULT VALUES RETURNING id');
  const rows = createRowWriter(db);
  // Commits that named authors who are gone again would be seen no more.
  const transactions = createTransactions(db, () => rows.forgetAuthors());
  const { write, unsynced } = transactions;
  const facts = createFactWriter(db);
  const measure = createMeasure(db);
  const findLost = createLostCommits(db);
  const addRewrite = createRewriteWriter(db);
  const sweep = createSweep(db, { write, authorsRemoved: () => rows.forgetAuthors() });
  const { commitsRemoved } = sweep;

  return {
    /** Reaches the disk with whatever is written next: it is to survive this process, not the machine. */
    beginAttempt: (attempt: Pick<Attempt, 'url' | 'at'>): void =>
      unsynced(() => facts.beginAttempt(attempt)),

    dropAttempt: (url: string): void => unsynced(() => facts.endAttempt(url)),

    /** The id of a history that nobody sees yet. */
    begin: (): number => write(() => number(newHistory.get() ?? {}, 'id')),

    /**
     * Takes the next commits of a history that grows; `taken` have come before. They need not be on the disk before
     * somebody sees them, and showing them waits for all of it.
     */
    append: (id: number, taken: number, commits: readonly Commit[]): void =>
      unsynced(() =>
        write(() => {
          // Upwards, since SQLite leaves pages half empty that are filled downwards.
          let pos = -taken - commits.length;
          for (const commit of commits.toReversed()) rows.insert(id, pos++, rows.valuesOf(commit));
        }),
      ),

    /** Shows a history that has grown to its end in place of the one before. */
    *publish(id: number, commits: number, history: History): Steps<Change> {
      const activity = yield* measure(id, history.at);
      for (;;) {
        const before = facts.find(history.url);
        const lost = before ? yield* findLost(before, id) : { count: 0, some: [] };
        const change = write(() => {
          const now = facts.find(history.url);
          // Another one has come between the steps.
          if (now?.id !== before?.id || now?.tip !== before?.tip) return undefined;
          addRewrite(history, before?.tip ?? '', lost);
          facts.publish(history, { id, root: -commits, commits }, activity);
          const kept = (before?.commits ?? 0) - lost.count;
          return { added: commits - kept, lost: lost.count };
        });
        if (change !== undefined) return change;
      }
    },

    /** Gives up a history that nobody has seen; its rows go with the next sweep. */
    discard: (_id: number): void => {},

    extend: createExtender(db, { transactions, facts, rows, measure, addRewrite, commitsRemoved }),

    *touchHistory(history: History): Steps<void> {
      const before = facts.find(history.url);
      // Each success has measured it, or found it measured in the same hour.
      const isMeasured = isSameHour(before?.succeededAt ?? 0, history.at);
      let activity = isMeasured ? (before?.activity ?? null) : null;
      if (activity === null && before?.tip === history.tip) {
        activity = yield* measure(before.id, history.at);
      }
      unsynced(() =>
        write(() => {
          const now = facts.find(history.url);
          if (now === undefined || now.tip !== history.tip) return facts.endAttempt(history.url);
          facts.publish(history, now, now.id === before?.id ? activity : now.activity);
        }),
      );
    },

    ...createProjectWriter(db, {
      write,
      hasHistory: (url) => facts.find(url) !== undefined,
      endAttempt: facts.endAttempt,
    }),

    sweep: sweep.step,
  };
}
