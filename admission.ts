import { isIP } from 'node:net';
import type { Config } from './config.ts';
import { allowHosts } from './handlers/allowed-hosts.ts';
import { createGate, type Gate } from './handlers/gate.ts';

/** Whom a server lets in. */
export interface Admission {
  readonly gate: Gate;
  /** What had better be changed, in a sentence or two. */
  readonly warning: string | undefined;
}

/** Who may ask what, by the settings. */
export function createAdmission(config: Config): Admission {
  const alone = isLoopback(config.HOST);
  const names = config.ALLOWED_HOSTS;
  const isChecked = alone || names.length > 0;
  return {
    gate: createGate({
      ...(isChecked && { hosts: { allows: allowHosts(names), anyForWatchers: !alone } }),
    }),
    warning: alone
      ? undefined
      : `Everybody who reaches ${config.HOST} may add and remove projects; set HOST=127.0.0.1.`,
  };
}

/** Whether only this machine can reach what listens there. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'));
}
