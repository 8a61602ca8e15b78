import {
  awkwardAuthors,
  awkwardDates,
  awkwardMessages,
  awkwardObjects,
} from './awkward-commits.ts';
import type { CommitFields } from './git-objects.ts';
import { createRepository, type Repository } from './repository.ts';

interface AwkwardRepository {
  readonly repository: Repository;
  /** Every commit by what is awkward about it. */
  readonly commits: ReadonlyMap<string, string>;
  /** The tip of main, which HEAD names: everything is reachable from it. */
  readonly tip: string;
  /**
   * The tip of the branch `printable`: everything but the commit whose local time lies before 1970, on which
   * `git log` dies unless it is told `--date=raw`.
   */
  readonly printable: string;
}

/**
 * Makes one repository of all the histories that are hard to print, order or decode. Its HEAD has a `.mailmap`, and
 * a replace ref hides one commit from a git that reads those.
 */
export async function awkwardRepository(path: string): Promise<AwkwardRepository> {
  const repository = await createRepository(path);
  const commits = new Map<string, string>();
  const add = async (name: string, parents: readonly string[], fields: CommitFields = {}) => {
    const sha = await repository.commit({ message: `${name}\n`, ...fields, parents });
    commits.set(name, sha);
    return sha;
  };

  let tip = await add('the first commit', []);
  for (const [name, fields] of Object.entries({
    ...awkwardMessages,
    ...awkwardAuthors,
    ...awkwardDates,
  })) {
    tip = await add(name, [tip], fields);
  }
  const empty = await repository.tree({});
  for (const [name, rest] of Object.entries(awkwardObjects)) {
    tip = await repository.raw(Buffer.from(`tree ${empty}\nparent ${tip}\n${rest}`));
    commits.set(name, tip);
  }
  tip = await addShapes(add, tip);

  const hidden = await add('a replaced commit', [tip]);
  await repository.ref(`refs/replace/${hidden}`, await add('its replacement', [tip]));
  commits.delete('its replacement');

  const tree = await repository.tree({
    '.mailmap': 'Mapped Name <mapped@example.com> <ada@example.com>\n',
    'README.md': '# Awkward\n',
  });
  const printable = await add('a .mailmap', [hidden], { tree });
  const before1970 = await add('a local time before 1970', [], { date: '100 -0930' });
  tip = await add('everything', [printable, before1970], { tree });
  await repository.branch('printable', printable);
  await repository.branch('main', tip);
  return { repository, commits, tip, printable };
}

type Add = (name: string, parents: readonly string[], fields?: CommitFields) => Promise<string>;

/** Merges and roots of every kind, and clocks that stand or run backwards. */
async function addShapes(add: Add, start: string): Promise<string> {
  const left = await add('left of a merge', [start]);
  const right = await add('right of a merge', [start]);
  const merge = await add('a merge', [left, right]);
  const reverse = await add('the same merge the other way', [right, left]);
  const crossed = await add('a criss-cross merge', [merge, reverse]);

  const roots: string[] = [];
  for (const number of [1, 2, 3, 4, 5]) roots.push(await add(`root ${number}`, []));
  const octopus = await add('an octopus of roots', [crossed, ...roots]);
  const twice = await add('a merge with the same parent twice', [octopus, octopus]);
  const again = await add('a merge with what it has already', [twice, start]);

  const date = '1600000000 +0000';
  const equal: string[] = [];
  for (const number of [1, 2, 3]) {
    const first = await add(`equal dates ${number}, older`, [again], { date });
    equal.push(await add(`equal dates ${number}, newer`, [first], { date }));
  }
  const standing = await add('a merge of equal dates', equal, { date });

  let backwards = standing;
  for (const year of [2024, 2019, 2014, 1999, 2030, 1970]) {
    const seconds = Date.UTC(year, 0, 2) / 1000;
    backwards = await add(`a clock set to ${year}`, [backwards], { date: `${seconds} +0100` });
  }
  const old = await add('a child older than its root', [roots[0] ?? start], {
    date: '86400 +0000',
  });
  return add('a merge of skewed clocks', [old, backwards]);
}
