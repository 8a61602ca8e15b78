/** Importing any part of the package starts nothing: this ends by itself and prints nothing. */
import { createServer } from 'git-monitoring-server';
import * as domain from 'git-monitoring-server/domain';
import * as handlers from 'git-monitoring-server/handlers';

const parts: readonly unknown[] = [
  createServer,
  ...Object.values(domain),
  ...Object.values(handlers),
];
if (parts.includes(undefined)) throw new Error('something is exported without a value');
