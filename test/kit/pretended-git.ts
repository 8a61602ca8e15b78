import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { createGitRunner, type GitRunner } from '../../adapters/git/run-git.ts';

/** A search path on which a script of the shell, kept in a directory of the test's, stands in the place of git. */
export async function pretendedGitPath(directory: string, script: string): Promise<string> {
  const bin = join(directory, 'bin');
  await mkdir(bin);
  await writeFile(join(bin, 'git'), script);
  await chmod(join(bin, 'git'), 0o755);
  return [bin, process.env['PATH']].join(delimiter);
}

/** Runs such a script wherever git would be run. */
export async function pretendedGit(directory: string, script: string): Promise<GitRunner> {
  return createGitRunner({
    processTag: directory,
    path: await pretendedGitPath(directory, script),
    maxFileBytes: 1e6,
    prlimit: true,
  });
}
