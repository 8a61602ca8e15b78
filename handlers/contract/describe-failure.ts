import { isFetchFailure } from '../../domain/index.ts';
import { problemOf } from './problems.ts';

export interface Failure {
  readonly level: 'warn' | 'error';
  readonly fields: {
    /** Of a fetch. */
    readonly outcome?: string;
    /** Git's or the database's own words. */
    readonly detail?: string;
    readonly err?: Error;
  };
}

/** What the log says of the cause of an answer beyond its status; undefined for none, and for a refusal, of which the status tells everything. */
export function describeFailure(error: unknown): Failure | undefined {
  if (error === undefined) return undefined;
  const { code } = problemOf(error);
  if (code === 'unexpected') {
    return {
      level: 'error',
      fields: { err: asError(error, 'Something was thrown that is no Error') },
    };
  }
  const cause = error instanceof Error ? error.cause : undefined;
  if (code === 'store_unavailable') {
    return { level: 'error', fields: { detail: String(cause) } };
  }
  if (!isFetchFailure(code)) return undefined;
  const level = code === 'internal' ? 'error' : 'warn';
  if (typeof cause === 'string') return { level, fields: { outcome: code, detail: cause } };
  return { level, fields: { outcome: code, ...(cause instanceof Error && { err: cause }) } };
}

function asError(thrown: unknown, message: string): Error {
  return thrown instanceof Error ? thrown : new Error(message, { cause: thrown });
}
