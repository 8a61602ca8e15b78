import {
  historyMoved,
  type HistoryFacts,
  type HistoryVersion,
  type OpenAttempt,
  type Project,
} from '../../domain/index.ts';
import type { Commits } from './gather.ts';
import { pending, toFacts, type Failed, type StoredHistory } from './stored-history.ts';

/** Everything that the store keeps. */
export interface Tables {
  /** By name. */
  readonly projects: Map<string, { readonly url: string; readonly addedAt: number | null }>;
  /** By url, as the rest. */
  readonly histories: Map<string, StoredHistory>;
  /** Of urls that have no history yet. */
  readonly failures: Map<string, Failed>;
  readonly attempts: Map<string, OpenAttempt>;
}

export function createTables(): Tables {
  return {
    projects: new Map(),
    histories: new Map(),
    failures: new Map(),
    attempts: new Map(),
  };
}

/** A project and its history; undefined where there is none of that name. */
export function findProject(
  tables: Tables,
  name: string,
): { readonly project: Project; readonly stored: StoredHistory | undefined } | undefined {
  const named = tables.projects.get(name);
  if (named === undefined) return undefined;
  const { url, addedAt } = named;
  const project = { name, addedAt, ...factsOf(tables, url) };
  return { project, stored: tables.histories.get(url) };
}

/** What is known of a url, with or without a history. */
export function factsOf({ histories, failures }: Tables, url: string): HistoryFacts {
  const stored = histories.get(url);
  return stored ? toFacts(stored) : pending(url, failures.get(url));
}

/** The names that stand for a url, in order. */
export function namesOf({ projects }: Tables, url: string): readonly string[] {
  return [...projects].flatMap(([name, project]) => (project.url === url ? [name] : [])).toSorted();
}

/** @throws DomainError `history_moved` where the history is not in that state */
export function commitsOf({ histories }: Tables, { url, tip, commits }: HistoryVersion): Commits {
  const stored = histories.get(url);
  if (stored?.tip !== tip || stored.commits.length !== commits) throw historyMoved();
  return stored.commits;
}
