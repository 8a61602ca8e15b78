// In JavaScript, since ava reads nothing else.

/** What takes longest comes first, so that in the end no file is still running alone. */
const first = [
  'test/adversarial/slow-reader',
  'test/adversarial/hangs',
  'test/pages/',
  'test/adversarial/crash',
  'test/adapters/store/sqlite.test.ts',
  'test/e2e/serve',
  'test/adapters/git/over-time',
  'test/adapters/git/worker',
  'test/adversarial/hostile',
];

/** @param {string} file */
function rank(file) {
  const place = first.findIndex((part) => file.includes(part));
  return place === -1 ? first.length : place;
}

/**
 * Sends the events of the run to test/tools/ava.ts, which reports them.
 * @param {import('ava/internal').ObservedRun} run
 */
async function sendEvents({ events }) {
  let files;
  for await (const event of events) {
    // Statistics of every file come with each event, of which the number of files is enough.
    if (event.type !== 'stats')
      process.send({
        ...event,
        ...(event.err && { err: { ...event.err, originalError: undefined } }),
      });
    else if (files === undefined)
      process.send({ type: 'files', files: (files = event.stats.files) });
  }
}

export default {
  extensions: ['ts'],
  files: ['test/**/*.{test,long,nightly}.ts'],
  timeout: '2m',
  workerThreads: false,
  /**
   * @param {string} one
   * @param {string} other
   */
  sortTestFiles: (one, other) => rank(one) - rank(other) || one.localeCompare(other),
  ...(process.send && {
    nonSemVerExperiments: { observeRunsFromConfig: true },
    observeRun: sendEvents,
  }),
};
