import test from 'ava';
import { createEvents } from '../../../adapters/events/events.ts';
import { createQueue } from '../../../adapters/queue/queue.ts';
import { createMemoryStore } from '../../../adapters/memory/memory.ts';
import { addProject, removeProject, type ServerEvent } from '../../../domain/index.ts';
import { createFakeGit, createFakeMetrics, fakeCommits } from '../../kit/fake-ports.ts';

const url = 'https://example.org/a.git';

test('a removed project is gone, and its mirror with the last that has its url', async (t) => {
  const git = createFakeGit();
  const forgotten: string[] = [];
  git.remotes.set(url, { commits: fakeCommits(2) });
  const ports = {
    git: { ...git, forget: async (gone: string) => void forgotten.push(gone) },
    store: createMemoryStore(),
    queue: createQueue({ concurrency: 1 }),
    metrics: createFakeMetrics(),
  };
  const told: ServerEvent[] = [];
  await addProject(ports, { name: 'a', url });
  await addProject(ports, { name: 'b', url });
  const events = { ...createEvents(), publish: (event: ServerEvent) => void told.push(event) };
  await removeProject({ ...ports, events }, { name: 'a' });
  t.deepEqual(told, [{ type: 'removed', data: { project: 'a' } }]);
  t.deepEqual(forgotten, []);
  t.is(await ports.store.project('a'), undefined);
  await removeProject(ports, { name: 'b' });
  t.deepEqual(forgotten, [url]);
  await t.throwsAsync(removeProject(ports, { name: 'b' }), { code: 'unknown_project' });
  await t.throwsAsync(removeProject(ports, { name: '../b' }), { code: 'bad_name' });
});
