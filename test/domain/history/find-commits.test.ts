import test from 'ava';
import { findCommits } from '../../../domain/history/find-commits.ts';
import type { SearchStep } from '../../../domain/history/search-rows.ts';
import type { Project } from '../../../domain/index.ts';
import { fakeCommits, fakeSha } from '../../kit/fake-ports.ts';

const project: Project = {
  name: 'red',
  addedAt: null,
  url: 'https://example.org/red.git',
  state: 'up',
  commits: 0,
  tip: null,
  defaultBranch: null,
  tipCommittedAt: null,
  lastAttemptAt: 1,
  lastSuccessAt: 1,
  lastOutcome: 'ok',
  failures: 0,
  tipChangedAt: 1,
  nextRefreshAt: 2,
  activity: null,
};
const query = { filter: { text: 'change' }, limit: 10 };
const pause = async () => {};

/** A step that finds the commit of that number, in a history of so many by now. */
function step(number: number, commits: number, next: boolean): SearchStep {
  const [commit] = fakeCommits(number);
  if (commit === undefined) throw new Error('there is no commit of that number');
  const position = number - 1;
  const place = { position, committedAt: commit.committedAt, side: 'after' } as const;
  return {
    project: { ...project, tip: fakeSha(commits), commits },
    hits: [{ position, commit }],
    next: next ? place : undefined,
  };
}

test('what is found while a history grows is told as of the state that was looked through', async (t) => {
  const steps = [step(3, 3, true), step(2, 4, true), step(1, 5, false)];
  const found = await findCommits(async () => steps.shift(), query, pause);
  t.like(found, { project: { tip: fakeSha(3), commits: 3 } });
  const shas = found === 'moved' ? [] : found?.commits.map(({ sha }) => sha);
  t.deepEqual(shas, [3, 2, 1].map(fakeSha));
});

test('a history whose name comes to stand for another url while it is looked through has moved', async (t) => {
  const pending = { ...step(1, 1, false), project: { ...project, state: 'pending' } } as const;
  const steps = [step(3, 3, true), { ...pending, hits: [], next: undefined }];
  await t.throwsAsync(
    findCommits(async () => steps.shift(), query, pause),
    { code: 'history_moved' },
  );
});

test('a history that is replaced while it is looked through from its top has moved', async (t) => {
  const steps = [step(3, 3, true), 'moved'] as const;
  const look = () => {
    const left = [...steps];
    return async () => left.shift();
  };
  await t.throwsAsync(findCommits(look(), query, pause), { code: 'history_moved' });
  const from = { tip: fakeSha(3), commits: 3, position: 3, committedAt: 1, side: 'after' } as const;
  t.is(await findCommits(look(), { ...query, from }, pause), 'moved');
});
