import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { createGitRunner, type GitRunner } from '../../adapters/git/run-git.ts';

/** Runs a script of the shell in the place of git, from a directory of the test's. */
export async function pretendedGit(directory: string, script: string): Promise<GitRunner> {
  const bin = join(directory, 'bin');
  await mkdir(bin);
  await writeFile(join(bin, 'git'), script);
  await chmod(join(bin, 'git'), 0o755);
  return createGitRunner({
    marker: directory,
    path: [bin, process.env['PATH']].join(delimiter),
    maxFileBytes: 1e6,
    prlimit: true,
  });
}
