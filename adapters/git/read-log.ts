import type { Commit } from '../../domain/commit.ts';
import { fetchError } from '../../domain/fetch-error.ts';
import { logArguments } from './log-format.ts';
import { logParser } from './parse-log.ts';
import type { GitRunner } from './run-git.ts';

export interface LogRequest {
  /** A bare repository. */
  readonly path: string;
  readonly tip: string;
  /** A commit whose history is left out; none when absent. */
  readonly without?: string | undefined;
  readonly signal?: AbortSignal | undefined;
  /** More options of `git log`. */
  readonly options?: readonly string[];
}

/**
 * The raw records of `git log`, as `log-format.ts` describes them, as they come. Ending the iteration ends git.
 * @throws DomainError `protocol` where the history cannot be walked: what was just fetched is not whole
 */
export async function* streamLog(git: GitRunner, request: LogRequest): AsyncGenerator<Buffer> {
  const { path, tip, without, signal, options = [] } = request;
  const revisions = [tip, ...(without === undefined ? [] : [`^${without}`])];
  const running = git.start({
    args: [...logArguments, ...options, '--end-of-options', ...revisions, '--'],
    cwd: path,
    signal,
  });
  try {
    for await (const chunk of running.stdout) yield chunk;
    const end = await running.end;
    if (end.exitCode !== 0) {
      throw fetchError('protocol', end.stderr);
    }
  } finally {
    running.kill();
  }
}

/**
 * The commits of a history in `git log`'s order, in batches of those that one chunk of the pipe completes: of twice 64 KiB
 * at most, beside what was buffered of the first one.
 * @throws DomainError as of {@link streamLog}, and `too_large` for a commit that is longer than one may be
 */
export async function* readCommits(
  git: GitRunner,
  request: LogRequest,
): AsyncGenerator<readonly Commit[]> {
  const parse = logParser();
  for await (const chunk of streamLog(git, request)) {
    const commits = parse(chunk);
    if (commits.length > 0) yield commits;
  }
}
