import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Failure } from './run-event.ts';

/** The reason of a failure in lines: its place, the error or the values of the assertion, and the calls that led there. */
export function formatFailure(failure: Failure): string {
  const { message = '', stack = '', source, formattedDetails, formattedError, errors } = failure;
  if (formattedError !== undefined) return `Thrown: ${formattedError}`;
  if (errors !== undefined) return [message, ...errors.map(formatFailure)].join('\n');
  const place = source ? `${relative('', fileURLToPath(source.file))}:${source.line}` : '';
  const values = formattedDetails?.map(({ label, formatted }) => `${label}\n\n${formatted}\n`);
  // The stack of an error begins with its message; that of an assertion has only its calls.
  const reason = values
    ? [message, ...values, callsOf(stack)]
    : [withoutInternals(stack) || message];
  return [place, ...reason].filter((part) => part !== '').join('\n');
}

function callsOf(stack: string): string {
  return withoutInternals(stack.replace(/^(?!\s*at ).*\n?/gm, ''));
}

/** A stack without what ava and node do before they call the test. */
function withoutInternals(stack: string): string {
  return stack
    .split('\n')
    .filter((line) => !/^\s*at .*(?:node:internal|node_modules\/ava\/)/.test(line))
    .join('\n')
    .trimEnd();
}
