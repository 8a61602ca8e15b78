import { DomainError } from '../../domain/errors.ts';
import { ConfigError } from '../config/variables.ts';
import { UnusableGit } from '../git/open-git.ts';
import { StartError } from '../process/start-error.ts';

/** Says on stderr what went wrong and what to do, and gives the exit code for it. */
export function explain(error: unknown): number {
  if (error instanceof ConfigError) {
    console.error(error.message);
    return 2;
  }
  if (error instanceof DomainError && error.code === 'bad_url') {
    console.error(`error: ${error.message}\nUsage: git-monitoring-server log <url>`);
    return 2;
  }
  if (isSystemError(error) && error.code === 'EADDRINUSE') {
    console.error('error: That port is taken; set PORT to another one, or to 0 for a free one.');
    return 1;
  }
  if (
    error instanceof DomainError ||
    error instanceof UnusableGit ||
    error instanceof StartError ||
    isSystemError(error)
  ) {
    console.error(`error: ${error.message}`);
    return 1;
  }
  throw error;
}

/** Whether the system refused something; its message then says what and why. */
export function isSystemError(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && 'syscall' in error && 'code' in error;
}
