import type { Progress } from '../ports/git-port.ts';
import type { Ports } from '../ports/ports.ts';
import type { RefreshPolicy } from './schedule.ts';

export type RefreshPorts = Pick<Ports, 'git' | 'store' | 'metrics'> &
  Partial<Pick<Ports, 'events'>>;

/** One refresh of the history of a url. */
export interface Refresh {
  /** As `parseRepositoryUrl` returns it. */
  readonly url: string;
  readonly signal: AbortSignal;
  /** How long it may take, whoever waits for it, in seconds; no limit when absent. */
  readonly timeoutSeconds?: number | undefined;
  /** `defaultRefreshPolicy` when absent. */
  readonly rules?: RefreshPolicy | undefined;
  readonly onProgress?: ((progress: Progress) => void) | undefined;
}
