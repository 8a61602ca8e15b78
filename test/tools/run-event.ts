import { z } from 'zod';

/** An error as ava serializes it (lib/serialize-error.js), as far as the report shows it. */
const failure = z.object({
  message: z.string().optional(),
  stack: z.string().optional(),
  /** Where the assertion or the error is in the test's file. */
  source: z.object({ file: z.string(), line: z.number() }).nullish(),
  /** The values of an assertion, such as their difference. */
  formattedDetails: z.array(z.object({ label: z.string(), formatted: z.string() })).optional(),
  /** What was thrown, where it is no error. */
  formattedError: z.string().optional(),
  /** Those of an `AggregateError`. */
  get errors() {
    return z.array(failure).optional();
  },
});

/** An error as ava serializes it. */
export type Failure = z.output<typeof failure>;

const testFile = z.string();
const title = z.string();
const logs = z.array(z.string()).default([]);

/** The events of a run that the report shows; ava has others (types/state-change-events.d.ts), which are left out. */
export const runEvent = z.discriminatedUnion('type', [
  z.object({ type: z.literal('files'), files: z.number() }),
  z.object({ type: z.enum(['starting', 'declared-test']), testFile }),
  z.object({
    type: z.literal('selected-test'),
    testFile,
    title,
    skip: z.boolean(),
    todo: z.boolean(),
  }),
  z.object({ type: z.enum(['test-passed', 'hook-finished']), testFile, title, logs }),
  z.object({ type: z.enum(['test-failed', 'hook-failed']), testFile, title, logs, err: failure }),
  z.object({
    type: z.enum(['uncaught-exception', 'unhandled-rejection', 'internal-error']),
    testFile: testFile.optional(),
    err: failure,
  }),
  z.object({ type: z.literal('process-exit'), testFile, stack: z.string() }),
  z.object({ type: z.literal('missing-ava-import'), testFile }),
  z.object({ type: z.literal('timeout'), period: z.number() }),
  z.object({
    type: z.literal('worker-failed'),
    testFile,
    nonZeroExitCode: z.number().optional(),
    signal: z.string().optional(),
    err: failure.optional(),
  }),
  z.object({ type: z.literal('worker-finished'), testFile, forcedExit: z.boolean() }),
  z.object({ type: z.enum(['worker-stdout', 'worker-stderr']), chunk: z.instanceof(Uint8Array) }),
  z.object({ type: z.literal('end') }),
]);

/** An event of a run of ava. */
export type RunEvent = z.output<typeof runEvent>;
