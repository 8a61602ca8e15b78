import { mkdir } from 'node:fs/promises';
import { git, runGit, type GitResult } from './git.ts';

export interface FetchedHead extends GitResult {
  /** The commits fetched, newest first; none where they cannot all be listed. */
  readonly commits: readonly string[];
  /** The kinds of objects fetched, in the order of the alphabet. */
  readonly types: readonly string[];
}

export interface FetchHeadOptions {
  /** Everything is asked for, not commits alone. */
  readonly whole?: boolean;
  readonly objectFormat?: 'sha1' | 'sha256';
  /** Such as `http.sslCAInfo=…`. */
  readonly config?: string;
  readonly signal?: AbortSignal;
}

/** Fetches a server's HEAD with plain git into a bare repository at `path`, made if it is not there. */
export async function fetchHead(
  path: string,
  url: string,
  { whole = false, objectFormat = 'sha1', config, signal }: FetchHeadOptions = {},
): Promise<FetchedHead> {
  await mkdir(path, { recursive: true });
  await git(path, ['init', '-q', '--bare', '--template=', `--object-format=${objectFormat}`]);
  const args = [
    ...(config === undefined ? [] : ['-c', config]),
    // Without --update-shallow git asks a shallow server for each parent it has not.
    'fetch',
    '--no-tags',
    '--update-shallow',
    ...(whole ? [] : ['--filter=tree:0']),
    url,
    'HEAD',
  ];
  const fetched = await runGit(path, args, signal && { signal });
  const listed =
    fetched.exitCode === 0 ? await runGit(path, ['rev-list', 'FETCH_HEAD', '--']) : fetched;
  const allTypes = ['--batch-all-objects', '--unordered', '--batch-check=%(objecttype)'];
  const types = await git(path, ['cat-file', ...allTypes]);
  return {
    ...fetched,
    commits: listed.exitCode === 0 ? lines(listed.stdout.toString()) : [],
    types: [...new Set(lines(types))].toSorted(),
  };
}

function lines(text: string): string[] {
  return text.split('\n').filter((line) => line !== '');
}
