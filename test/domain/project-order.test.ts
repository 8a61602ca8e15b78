import test from 'ava';
import { projectFits, projectOrder, type ListedProject } from '../../domain/index.ts';

const red: ListedProject = {
  name: 'red',
  url: 'https://git.example.org/Red.git',
  host: 'git.example.org',
  state: 'failing',
  trouble: 'no repository there',
  tipCommittedAt: 10,
  commits: 3,
  authors: 1,
  nextAt: 20,
};
const blue: ListedProject = { ...red, name: 'Blue', state: 'up', trouble: null, commits: 12 };
const unseen: ListedProject = {
  ...blue,
  name: 'a',
  state: 'pending',
  tipCommittedAt: null,
  commits: 0,
  authors: null,
};

test('a project is found by every word of its name, url, state and trouble, in whichever case', (t) => {
  for (const q of ['', ' ', 'RED', 'git.example red.git', 'is:failing there']) {
    t.true(projectFits(red, q), q);
  }
  for (const q of ['blue', 'red is:up', 'null']) t.false(projectFits(red, q), q);
  t.false(projectFits(blue, 'null'));
});

test('those without a value come last in either order, and equals by their names', (t) => {
  const names = (...how: Parameters<typeof projectOrder>) =>
    [red, unseen, blue].toSorted(projectOrder(...how)).map(({ name }) => name);
  t.deepEqual(names('name', 'asc'), ['a', 'Blue', 'red']);
  t.deepEqual(names('commits', 'asc'), ['red', 'Blue', 'a']);
  t.deepEqual(names('commits', 'desc'), ['Blue', 'red', 'a']);
  t.deepEqual(names('state', 'asc'), ['red', 'a', 'Blue']);
  for (const column of ['commit', 'authors'] as const) {
    t.deepEqual(names(column, 'asc'), ['Blue', 'red', 'a']);
    t.deepEqual(names(column, 'desc'), ['Blue', 'red', 'a']);
  }
});
