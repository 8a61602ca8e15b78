import type { Commit } from '../../domain/commit.ts';
import { fetchError } from '../../domain/fetch-error.ts';
import { logArguments } from './log-format.ts';
import { logParser } from './parse-log.ts';
import type { GitRunner } from './run-git.ts';

export interface LogRequest {
  /** A bare repository. */
  readonly path: string;
  readonly tip: string;
  readonly signal?: AbortSignal | undefined;
  /** More options of `git log`. */
  readonly options?: readonly string[];
}

/**
 * The raw records of `git log`, as `log-format.ts` describes them, as they come. Ending the iteration ends git.
 * @throws DomainError `protocol` where the history cannot be walked: what was just fetched is not whole
 */
export async function* streamLog(git: GitRunner, request: LogRequest): AsyncGenerator<Buffer> {
  const running = git.start({
    args: [...logArguments, ...(request.options ?? []), '--end-of-options', request.tip, '--'],
    cwd: request.path,
    signal: request.signal,
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

/** The commits of a history in `git log`'s order, in batches of whatever came at once. */
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
