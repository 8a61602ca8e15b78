import { parseRepositoryUrl } from '../../domain/project.ts';
import { makeTemporaryDirectory, removeDirectory } from '../disk/temporary-directory.ts';
import { openGit } from '../git/open-git.ts';
import { printHistory } from '../git/print-history.ts';
import { explain, isSystemError } from './explain.ts';
import { openEgress, openPasswords, readLogConfig } from './log-config.ts';
import { createProgressLine } from './progress-line.ts';
import { ownerOnly, Signalled, untilSignal } from './signals.ts';

/**
 * Prints the history of a repository on stdout, newest commit first, and what went wrong on stderr.
 * @returns the exit code: 0, 1 for a failed fetch, 2 for a url or setting that cannot be used, 128 and more for a signal
 */
export async function log(
  url: string,
  env: Readonly<Record<string, string | undefined>>,
): Promise<number> {
  process.umask(ownerOnly);
  const { stopped } = untilSignal();
  const progress = process.stderr.isTTY ? createProgressLine(process.stderr) : undefined;
  let directory: string | undefined;
  try {
    const repository = parseRepositoryUrl(url);
    const config = await readLogConfig(env);
    directory = makeTemporaryDirectory();
    const { tools, warning, check } = await openGit({
      directory,
      egress: await openEgress(repository, config),
      path: env['PATH'] ?? '',
      maxBytes: config.FETCH_MAX_BYTES,
      caFile: config.CA_FILE,
      findCredential: await openPasswords(config),
    });
    process.once('exit', tools.git.killAll);
    if (warning !== undefined) console.error(`warning: ${warning}`);
    await printHistory(tools, {
      url: repository,
      output: process.stdout,
      timeoutSeconds: config.FETCH_TIMEOUT_SECONDS,
      signal: stopped,
      check,
      ...(progress && { onProgress: progress.show }),
    });
    return 0;
  } catch (error) {
    progress?.clear();
    if (stopped.reason instanceof Signalled) return stopped.reason.exitCode;
    // Whoever read our output has seen enough, as `head` does.
    if (isSystemError(error) && error.code === 'EPIPE') return 0;
    return explain(error);
  } finally {
    progress?.clear();
    if (directory !== undefined) removeDirectory(directory);
  }
}
