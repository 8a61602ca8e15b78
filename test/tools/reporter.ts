import { relative } from 'node:path';
import { formatFailure } from './format-failure.ts';
import type { RunEvent } from './run-event.ts';

/** How often the counter is printed where there is no terminal to rewrite its line on. */
const counterMs = 30_000;

/** A terminal, or a file or pipe, which gets whole lines only. */
interface Output {
  readonly isTTY?: boolean;
  write(text: string | Uint8Array): unknown;
}

/** How many of the files that took longest are listed at the end. */
const maxSlowest = 10;

/** What has happened in a file so far. */
interface FileState {
  /** When its process was started, by `performance.now()`. */
  readonly begin: number;
  declared: number;
  /** The titles of the tests that have neither passed nor failed. */
  readonly pending: Set<string>;
  /** Whether a failure that belongs to no test has been reported. */
  crashed: boolean;
}

/** Reports the events of a run as they come: failures in full, what passed as a number. */
export function createReporter(output: Output) {
  const files = new Map<string, FileState>();
  /** Checks by programs that need not be there, such as a Docker engine. */
  const leftOut: string[] = [];
  const notRun: string[] = [];
  const ended: { readonly testFile: string; readonly seconds: number }[] = [];
  const isTerminal = output.isTTY === true;
  let total = 0;
  let passed = 0;
  let failed = 0;

  const counter = () =>
    `${passed} passed, ${failed} failed, ${total - ended.length} of ${total} files left`;
  const print = (text: string | Uint8Array) => {
    if (isTerminal) output.write(eraseLine);
    output.write(text);
    if (typeof text === 'string') output.write('\n');
    if (isTerminal) output.write(counter());
  };
  const timer = isTerminal ? undefined : setInterval(() => print(counter()), counterMs);

  const fail = (heading: string, reason = '', logs: readonly string[] = []) => {
    failed++;
    const lines = [`\n✘ ${heading}`, ...indent([...logs, reason])];
    print(`${lines.join('\n')}\n`);
  };
  const stateOf = (testFile: string): FileState => {
    const state = files.get(testFile) ?? {
      begin: performance.now(),
      declared: 0,
      pending: new Set(),
      crashed: false,
    };
    files.set(testFile, state);
    return state;
  };
  const crash = (testFile: string, what: string, reason?: string) => {
    stateOf(testFile).crashed = true;
    fail(`${pathOf(testFile)}: ${what}`, reason);
  };
  const endFile = (testFile: string) => {
    const { begin, pending } = stateOf(testFile);
    for (const title of pending) fail(nameOf(testFile, title), 'Did not end');
    if (testFile !== '') ended.push({ testFile, seconds: (performance.now() - begin) / 1000 });
    files.delete(testFile);
  };
  const noteMissing = (logs: readonly string[]) => {
    for (const log of logs) {
      const [, how, what] = /^(left out|not run): (.*)$/s.exec(log) ?? [];
      if (what !== undefined) (how === 'not run' ? notRun : leftOut).push(what);
    }
  };

  const report = (event: RunEvent) => {
    switch (event.type) {
      case 'files':
        total += event.files;
        return print(`Test files: ${event.files}`);
      case 'starting':
        stateOf(event.testFile);
        return;
      case 'declared-test':
        stateOf(event.testFile).declared++;
        return;
      case 'selected-test':
        if (event.skip || event.todo)
          return print(
            `- ${event.skip ? 'skipped' : 'to do'}: ${nameOf(event.testFile, event.title)}`,
          );
        stateOf(event.testFile).pending.add(event.title);
        return;
      case 'hook-finished':
        return noteMissing(event.logs);
      case 'test-passed':
        passed++;
        stateOf(event.testFile).pending.delete(event.title);
        return noteMissing(event.logs);
      case 'test-failed':
      case 'hook-failed':
        stateOf(event.testFile).pending.delete(event.title);
        return fail(nameOf(event.testFile, event.title), formatFailure(event.err), event.logs);
      case 'uncaught-exception':
      case 'unhandled-rejection':
      case 'internal-error':
        return crash(event.testFile ?? '', event.type.replace('-', ' '), formatFailure(event.err));
      case 'process-exit':
        return crash(event.testFile, 'a test called process.exit()', event.stack);
      case 'missing-ava-import':
        return crash(event.testFile, 'no tests, since it does not import ava');
      case 'timeout':
        return print(`\nNo test has ended for ${event.period / 1000} s: what runs is killed`);
      case 'worker-failed': {
        const { testFile, err, nonZeroExitCode, signal } = event;
        // After a crash that has been reported ava ends the process with an exit code of its own.
        if (!stateOf(testFile).crashed)
          crash(
            testFile,
            `exited with ${nonZeroExitCode ?? signal ?? 'an error'}`,
            err && formatFailure(err),
          );
        return endFile(testFile);
      }
      case 'worker-finished': {
        const { testFile, forcedExit } = event;
        const { declared, pending } = stateOf(testFile);
        if (forcedExit && pending.size === 0)
          crash(testFile, 'its tests ended, its process did not');
        else if (declared === 0) crash(testFile, 'no tests');
        return endFile(testFile);
      }
      case 'worker-stdout':
      case 'worker-stderr':
        return print(event.chunk);
      case 'end':
        return;
    }
  };

  return {
    print,
    fail,
    report: (event: RunEvent) => {
      report(event);
      if (isTerminal) output.write(`${eraseLine}${counter()}`);
    },
    /** Reports what has not ended, the slowest files, what was left out and what was not run. */
    end: () => {
      clearInterval(timer);
      for (const testFile of files.keys()) endFile(testFile);
      if (isTerminal) output.write(eraseLine);
      const slowest = ended.toSorted((one, other) => other.seconds - one.seconds);
      const lines = slowest
        .slice(0, maxSlowest)
        .map(({ testFile, seconds }) => `${seconds.toFixed(1).padStart(7)} s  ${pathOf(testFile)}`);
      if (lines.length > 0) output.write(`\nSlowest files:\n${lines.join('\n')}\n`);
      if (leftOut.length > 0) output.write(`\nLeft out:\n  ${leftOut.join('\n  ')}\n`);
      if (notRun.length > 0) output.write(`\nNot run:\n  ${notRun.join('\n  ')}\n`);
      return { passed, failed, notRun: notRun.length };
    },
  };
}

/** ECMA-48: to the first column, and erase the line. */
const eraseLine = '\r\u001B[2K';

function nameOf(testFile: string, title: string): string {
  return `${pathOf(testFile)} › ${title}`;
}

function pathOf(testFile: string): string {
  return testFile === '' ? 'ava' : relative('', testFile);
}

function indent(texts: readonly string[]): readonly string[] {
  return texts.filter((text) => text !== '').map((text) => text.replaceAll(/^(?=.)/gm, '    '));
}
