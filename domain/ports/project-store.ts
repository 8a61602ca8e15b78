import type { Project } from '../project.ts';

/** A project that has just got its history. */
export interface SavedProject {
  readonly project: Project;
  /** The other url that its name stood for until now, if any. */
  readonly replaced: string | undefined;
}

/** Keeps which names stand for which urls. */
export interface ProjectStore {
  /** Every project, those without a history too, ordered by name. */
  projects(): Promise<readonly Project[]>;
  project(name: string): Promise<Project | undefined>;
  /** The names that stand for a url, in order. */
  namesOf(url: string): Promise<readonly string[]>;
  /**
   * Urls of projects whose time to be refreshed has come, the longest overdue first; also those whose last attempt lies
   * ahead, since the clock has been set back and their time may be hours away.
   */
  due(now: number): Promise<readonly { readonly url: string; readonly dueAt: number }[]>;
  /**
   * Names the history of a url; a name that stood for another url changes over.
   * `full` where the name is new and `maxProjects` others exist, `no_history` where none of that url is kept.
   */
  saveProject(request: {
    readonly name: string;
    readonly url: string;
    readonly maxProjects: number;
    /** When, in epoch seconds; kept of a new name. */
    readonly at?: number;
  }): Promise<SavedProject | 'full' | 'no_history'>;
  /**
   * Keeps a name for a url that has no history yet, to be fetched at once; does nothing where the name is taken.
   * `full` where the name is new and `maxProjects` others exist.
   */
  reserveProject(request: {
    readonly name: string;
    readonly url: string;
    readonly maxProjects: number;
    readonly at?: number;
  }): Promise<'reserved' | 'taken' | 'full'>;
  /** Removes a project, and gives its url; undefined where there is none of that name. Its history stays. */
  removeProject(name: string): Promise<string | undefined>;
}
