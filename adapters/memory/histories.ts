import { isSameHour } from '../../domain/history/activity.ts';
import type { HistoryFacts, HistoryStore } from '../../domain/index.ts';
import { extendBy, replaceBy } from './change.ts';
import { gather } from './gather.ts';
import { activityOf, type StoredHistory } from './stored-history.ts';
import { factsOf, namesOf, type Tables } from './tables.ts';

export function historyStore(tables: Tables): HistoryStore {
  const { histories, failures, attempts } = tables;
  const find = (url: string): HistoryFacts | undefined =>
    histories.has(url) || failures.has(url) ? factsOf(tables, url) : undefined;
  const put = (stored: StoredHistory) => {
    histories.set(stored.url, stored);
    failures.delete(stored.url);
    attempts.delete(stored.url);
  };

  return {
    async findHistory(url) {
      return find(url);
    },

    async saveHistory(history, batches) {
      const commits = await gather(batches);
      const { stored, change } = replaceBy(histories.get(history.url), history, commits);
      put(stored);
      return change;
    },

    async extendHistory(history, from, difference) {
      const before = histories.get(history.url);
      if (before?.tip !== from) return 'too_different';
      const extended = extendBy(before, from, history, difference);
      if (extended === undefined) return 'too_different';
      put(extended.stored);
      return extended.change;
    },

    async touchHistory(history) {
      const before = histories.get(history.url);
      attempts.delete(history.url);
      if (before?.tip !== history.tip) return;
      const activity = isSameHour(before.at, history.at)
        ? before.activity
        : activityOf(before.commits, history.at);
      put({ ...before, ...history, activity, failed: undefined });
    },

    async dropHistory(url) {
      if (namesOf(tables, url).length > 0) return false;
      histories.delete(url);
      failures.delete(url);
      attempts.delete(url);
      return true;
    },

    async beginAttempt({ url, at }) {
      attempts.set(url, { url, at, times: (attempts.get(url)?.times ?? 0) + 1 });
      return { names: namesOf(tables, url), facts: find(url) };
    },

    async dropAttempt(url) {
      attempts.delete(url);
    },

    async openAttempts() {
      return [...attempts.values()].toSorted((a, b) => (a.url < b.url ? -1 : 1));
    },

    async saveFailure(attempt) {
      const { url } = attempt;
      attempts.delete(url);
      if (namesOf(tables, url).length === 0) return;
      const failed = { ...attempt, failures: factsOf(tables, url).failures + 1 };
      const stored = histories.get(url);
      if (stored === undefined) failures.set(url, failed);
      else histories.set(url, { ...stored, failed });
    },
  };
}
