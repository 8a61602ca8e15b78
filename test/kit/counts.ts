/**
 * How many times as much the long tests do as in `npm run test:long`, from the variable `TEST_TIMES`: kills of a crash
 * test, requests of a fuzzer, random inputs of a property. `npm run test:nightly` sets 10.
 */
const times = Number(process.env['TEST_TIMES'] ?? 1);
if (!Number.isInteger(times) || times < 1 || times > 1000) {
  throw new Error('TEST_TIMES is no whole number from 1 to 1000. Leave it out, or set one.');
}

/** A number of cases, as many times as `TEST_TIMES` says. */
export function scaled(cases: number): number {
  return cases * times;
}

/** Whether every variant of a case is tried; otherwise one of each kind is enough. */
export const everyVariant = times > 1;
