import { createHash } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { deflate } from 'node:zlib';

export type ObjectFormat = 'sha1' | 'sha256';
export type ObjectType = 'commit' | 'tree' | 'blob' | 'tag';
/** Text is written as UTF-8, bytes as they are. */
type Text = string | Uint8Array;

/** The tree without files, by SHA-1. */
export const emptyTree = '4b825dc642cb6eb9a060e54bf8d69288fbee4904';

/** What a commit object says. What is not given gets an ordinary value; nothing given is checked. */
export interface CommitFields {
  readonly parents?: readonly string[];
  readonly tree?: string;
  /** Name and address as they stand in the object: `Ada Example <ada@example.com>`. */
  readonly author?: Text;
  /** The author's date as it stands in the object: `1700000000 +0000`, or nothing at all. */
  readonly date?: string;
  /** Like `author`, and the same if not given. */
  readonly committer?: Text;
  /** The committer's date, the author's if not given. */
  readonly committed?: string;
  /** Further header lines, such as `encoding ISO-8859-1`. */
  readonly headers?: readonly string[];
  readonly message?: Text;
}

/** The bytes of a commit object: header lines, a blank line, the message. */
export function commitBytes(fields: Required<CommitFields>): Buffer {
  const { tree, parents, author, date, committer, committed, headers, message } = fields;
  const parts = [
    `tree ${tree}\n`,
    ...parents.map((parent) => `parent ${parent}\n`),
    'author ',
    author,
    date && ` ${date}`,
    '\ncommitter ',
    committer,
    committed && ` ${committed}`,
    '\n',
    ...headers.map((header) => `${header}\n`),
    '\n',
    message,
  ];
  return Buffer.concat(parts.map((part) => Buffer.from(part)));
}

/** The bytes of a tree object that holds plain files, given as name and object name of each. */
export function treeBytes(files: ReadonlyMap<string, string>): Buffer {
  const entries = [...files].toSorted(([a], [b]) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
  return Buffer.concat(
    entries.flatMap(([name, sha]) => [Buffer.from(`100644 ${name}\0`), Buffer.from(sha, 'hex')]),
  );
}

/** The name of an object of any bytes. https://git-scm.com/book/en/v2/Git-Internals-Git-Objects, "Object Storage" */
export function shaOf(type: ObjectType, bytes: Uint8Array, format: ObjectFormat = 'sha1'): string {
  return createHash(format).update(headerOf(type, bytes)).update(bytes).digest('hex');
}

/** What stands before the bytes of an object. */
function headerOf(type: ObjectType, bytes: Uint8Array): Buffer {
  return Buffer.from(`${type} ${bytes.length}\0`);
}

/** Writes an object of any bytes, as `git hash-object --literally -w` does but without a process for each. */
export async function writeObject(
  repository: string,
  format: ObjectFormat,
  type: ObjectType,
  bytes: Uint8Array,
): Promise<string> {
  const object = Buffer.concat([headerOf(type, bytes), bytes]);
  const name = shaOf(type, bytes, format);
  const directory = join(repository, 'objects', name.slice(0, 2));
  await mkdir(directory, { recursive: true });
  await writeFile(join(directory, name.slice(2)), await promisify(deflate)(object, { level: 1 }));
  return name;
}
