import { readdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { git, runGit } from '../helpers/git.ts';
import { createRepository } from '../helpers/repository.ts';
import { inventHistory } from './invented-history.ts';

/** A bare repository to measure with. */
export interface BenchRepository {
  readonly name: string;
  readonly path: string;
  readonly commits: number;
}

/** As many commits as redis and curl have. */
const sizes = [12_000, 39_000];

/**
 * Makes repositories of invented commits below a directory, packed as a clone is: without the bitmap that lets some
 * hosts answer a fetch sooner.
 */
export async function generateRepositories(
  directory: string,
  signal: AbortSignal,
): Promise<readonly BenchRepository[]> {
  const made: BenchRepository[] = [];
  for (const commits of sizes) {
    const name = `generated-${commits / 1000}k`;
    const path = join(directory, name);
    await createRepository(path);
    await inventHistory(path, commits);
    await git(path, ['repack', '-adq', '--no-write-bitmap-index']);
    signal.throwIfAborted();
    made.push({ name, path, commits });
  }
  return made;
}

/** Finds the bare repositories `*.git` in a directory, those of the given names where any are. */
export async function findRepositories(
  directory: string,
  names: readonly string[],
): Promise<readonly BenchRepository[]> {
  const found: BenchRepository[] = [];
  for (const entry of (await readdir(directory)).toSorted()) {
    const [, name] = /^(.+)\.git$/.exec(entry) ?? [];
    if (name === undefined || (names.length > 0 && !names.includes(name))) continue;
    const path = resolve(directory, entry);
    const { exitCode, stdout } = await runGit(path, ['rev-list', '--count', 'HEAD', '--']);
    // HEAD names no commit: nothing to fetch.
    if (exitCode === 0) found.push({ name, path, commits: Number(stdout) });
  }
  if (found.length === 0) throw new Error(`${directory} holds no such repository with commits`);
  return found.toSorted((a, b) => a.commits - b.commits);
}
