import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Makes a directory under `TMPDIR` for this run alone. */
export function makeTemporaryDirectory(): string {
  return mkdtempSync(join(tmpdir(), 'git-monitoring-server-'));
}

/** Removes a directory with all it holds; a git that was just killed may still write for a moment. */
export function removeDirectory(directory: string): void {
  rmSync(directory, { recursive: true, force: true, maxRetries: 5 });
}
