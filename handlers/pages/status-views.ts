import type { Project, ServerStatus } from '../../domain/index.ts';
import type { Advice } from './diagnostics.ts';
import type { StateCounts } from './states.ts';

/** What `/status` shows. */
export interface StatusPage {
  readonly version: string;
  readonly status: ServerStatus;
  readonly uptimeSeconds: number;
  readonly counts: StateCounts;
  readonly maxProjects: number;
  /** Of them all; the page names the first of them. */
  readonly failing: readonly FailingProject[];
  readonly advice: readonly Advice[];
  /** Whether there is something to log in to. */
  readonly hasTokens: boolean;
}

/** A project whose last fetch failed. */
export interface FailingProject extends Pick<Project, 'name' | 'lastSuccessAt' | 'nextRefreshAt'> {
  /** In a few words. */
  readonly trouble: string;
}
