import { mkdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { git } from './git.ts';
import { createRepository, type Repository } from './repository.ts';

/** HEAD is a commit that is on no branch; the branch main has its parent. */
export async function detachedRepository(path: string): Promise<{ readonly head: string }> {
  const repository = await createRepository(path);
  const main = await repository.linear(3);
  const head = await repository.commit({ parents: [main] });
  await repository.setHead(head);
  return { head };
}

/** HEAD names the branch `gone`, which does not exist; the given ones do, each with a commit of its own. */
export async function headlessRepository(
  path: string,
  branches: readonly string[],
): Promise<{ readonly tips: ReadonlyMap<string, string> }> {
  const repository = await createRepository(path);
  const tips = new Map<string, string>();
  for (const name of branches) {
    const sha = await repository.commit({ message: `The tip of ${name}\n` });
    await repository.branch(name, sha);
    tips.set(name, sha);
  }
  await repository.setHead('refs/heads/gone');
  return { tips };
}

/** A repository that knows only the newest `depth` commits of a longer history, and says so (`shallow`). */
export async function shallowRepository(
  path: string,
  depth: number,
): Promise<{ readonly head: string }> {
  const whole = `${path}.whole`;
  const head = await (await createRepository(whole)).linear(depth + 5);
  await git(dirname(path), ['clone', '-q', '--bare', `--depth=${depth}`, `file://${whole}`, path]);
  await rm(whole, { recursive: true });
  return { head };
}

/**
 * A repository whose server sends the commit `last` and its descendants, two in all, and neither the parent that
 * `last` names nor a word about it: a graft ends history there for the serving git alone.
 */
export async function withholdingRepository(
  path: string,
): Promise<{ readonly head: string; readonly last: string; readonly withheld: string }> {
  const repository = await createRepository(path);
  const withheld = await repository.linear(3);
  const last = await repository.commit({ parents: [withheld] });
  const head = await repository.commit({ parents: [last] });
  await repository.branch('main', head);
  await mkdir(join(path, 'info'), { recursive: true });
  await writeFile(join(path, 'info', 'grafts'), `${last}\n`);
  await git(path, ['config', 'advice.graftFileDeprecated', 'false']);
  return { head, last, withheld };
}

/** Adds refs to a repository, half of them branches and half of them pull requests, all naming one commit. */
export async function addManyRefs(
  repository: Repository,
  count: number,
  sha: string,
): Promise<void> {
  const lines = Array.from({ length: count }, (_, index) => {
    const number = String(index).padStart(6, '0');
    return `${sha} ${index % 2 === 0 ? `refs/heads/topic-${number}` : `refs/pull/${number}/head`}\n`;
  });
  // One process or file for each would take minutes; the format is that of `git pack-refs --all`.
  const header = '# pack-refs with: peeled fully-peeled sorted \n';
  const byName = (a: string, b: string) => (a.slice(sha.length) < b.slice(sha.length) ? -1 : 1);
  await writeFile(join(repository.path, 'packed-refs'), header + lines.toSorted(byName).join(''));
}
