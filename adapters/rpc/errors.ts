import { DomainError, type ErrorCode } from '../../domain/errors.ts';

/** An error with all that a response, the log and the command line need of it. */
export type SerializedError =
  | {
      readonly domain: {
        readonly code: ErrorCode;
        readonly message: string;
        readonly cause?: string | undefined;
      };
    }
  | { readonly other: OtherError };

/** Any other error; one of the system says more than its message. */
interface OtherError {
  readonly name?: string | undefined;
  readonly message: string;
  readonly stack?: string | undefined;
  readonly code?: string | undefined;
  readonly syscall?: string | undefined;
}

export function serializeError(error: unknown): SerializedError {
  if (error instanceof DomainError) {
    const { code, message, cause } = error;
    return { domain: { code, message, cause: causeMessage(cause) } };
  }
  return { other: error instanceof Error ? otherError(error) : { message: String(error) } };
}

export function deserializeError(serialized: SerializedError): Error {
  if ('other' in serialized) return Object.assign(new Error(), serialized.other);
  const { code, message, cause } = serialized.domain;
  return new DomainError(code, message, { cause });
}

function otherError({ name, message, stack, code, syscall }: NodeJS.ErrnoException): OtherError {
  // A property of its own would be in every line of the log.
  return { ...(name !== 'Error' && { name }), message, stack, code, syscall };
}

/** The messages of an error and of those that caused it. */
function causeMessage(cause: unknown): string | undefined {
  if (typeof cause === 'string') return cause;
  if (!(cause instanceof Error)) return undefined;
  return [cause.message, causeMessage(cause.cause)].filter(Boolean).join(': ');
}
