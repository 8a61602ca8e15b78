import { mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ExecutionContext } from 'ava';

/** A new directory, by its real path, that is removed with all it holds when the test ends. */
export async function temporaryDirectory(t: Pick<ExecutionContext, 'teardown'>): Promise<string> {
  const directory = await realpath(await mkdtemp(join(tmpdir(), 'gitmon-test-')));
  // A process that a failed test left behind may still write: rm then finds the directory not empty and tries again.
  t.teardown(() => rm(directory, { recursive: true, force: true, maxRetries: 5 }));
  return directory;
}
