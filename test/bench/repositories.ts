import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { git, runGit } from '../kit/git.ts';
import { createRepository } from '../kit/repository.ts';
import { inventHistory } from './invented-history.ts';

/** A bare repository to measure with. */
export interface BenchRepository {
  readonly name: string;
  readonly path: string;
  readonly commits: number;
}

/**
 * Makes a repository of invented commits below a directory, unless it is there, packed as a clone is: without the bitmap
 * that lets some hosts answer a fetch sooner.
 */
export async function generateRepository(
  directory: string,
  name: string,
  commits: number,
): Promise<BenchRepository> {
  const path = join(directory, name);
  if (!existsSync(path)) {
    await createRepository(path);
    await inventHistory(path, commits);
    await git(path, ['repack', '-adq', '--no-write-bitmap-index']);
  }
  return { name, path, commits };
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
