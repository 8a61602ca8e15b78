import { mkdir } from 'node:fs/promises';
import {
  commitBytes,
  treeBytes,
  writeObject,
  type CommitFields,
  type ObjectFormat,
  type ObjectType,
} from './git-objects.ts';
import { git } from './git.ts';
import { importLinearHistory } from './linear-history.ts';

/** A bare repository that tests fill. Objects are written as given, however odd. */
export interface Repository {
  readonly path: string;
  /** Adds a commit, by default on an empty tree, without parents, and a minute later than the one before. */
  readonly commit: (fields?: CommitFields) => Promise<string>;
  /** Adds an object of any bytes, a commit if no type is given. */
  readonly raw: (bytes: Uint8Array, type?: ObjectType) => Promise<string>;
  /** Adds a tree of plain files, given as name and content of each. */
  readonly tree: (files: Readonly<Record<string, string>>) => Promise<string>;
  readonly branch: (name: string, sha: string) => Promise<void>;
  /** Sets any ref, by its full name. */
  readonly ref: (name: string, sha: string) => Promise<void>;
  /** Lets HEAD name a ref (`refs/heads/main`), which need not exist, or a commit. */
  readonly setHead: (target: string) => Promise<void>;
  /** Adds that many varied commits in a row, each changing a file, to the branch main; gives its tip. */
  readonly linear: (count: number) => Promise<string>;
}

/** Makes an empty bare repository at `path`, whose HEAD names the branch main. */
export async function createRepository(
  path: string,
  { objectFormat = 'sha1' }: { readonly objectFormat?: ObjectFormat } = {},
): Promise<Repository> {
  await mkdir(path, { recursive: true });
  const format = `--object-format=${objectFormat}`;
  await git(path, ['init', '-q', '--bare', '--template=', '--initial-branch=main', format]);

  const raw = (bytes: Uint8Array, type: ObjectType = 'commit') =>
    writeObject(path, objectFormat, type, bytes);
  const ref = async (name: string, sha: string) => {
    await git(path, ['update-ref', name, sha]);
  };
  const emptyTree = await raw(Buffer.alloc(0), 'tree');
  let clock = 1_700_000_000;

  return {
    path,
    raw,
    ref,
    branch: (name, sha) => ref(`refs/heads/${name}`, sha),
    commit: (fields = {}) => {
      clock += 60;
      const { author = 'Ada Example <ada@example.com>', date = `${clock} +0000` } = fields;
      return raw(
        commitBytes({
          parents: [],
          tree: emptyTree,
          committer: author,
          committed: date,
          headers: [],
          message: `Commit of ${clock}\n`,
          ...fields,
          author,
          date,
        }),
      );
    },
    tree: async (files) => {
      const blobs = Object.entries(files).map(
        async ([name, content]) => [name, await raw(Buffer.from(content), 'blob')] as const,
      );
      return raw(treeBytes(new Map(await Promise.all(blobs))), 'tree');
    },
    setHead: async (target) => {
      await git(
        path,
        target.startsWith('refs/')
          ? ['symbolic-ref', 'HEAD', target]
          : ['update-ref', '--no-deref', 'HEAD', target],
      );
    },
    linear: (count) => importLinearHistory(path, count),
  };
}
