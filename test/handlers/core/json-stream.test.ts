import { Readable } from 'node:stream';
import { json } from 'node:stream/consumers';
import test from 'ava';
import type { Commit } from '../../../domain/index.ts';
import { jsonHistory } from '../../../handlers/core/json-stream.ts';
import { fakeCommits } from '../../kit/fake-ports.ts';

async function* inBatches(commits: readonly Commit[]) {
  for (let start = 0; start < commits.length; start += 500) yield commits.slice(start, start + 500);
}

test('a long history leaves the event loop to others again and again', async (t) => {
  const commits = fakeCommits(20_000);
  const project = { name: 'red', url: 'https://example.org/red' };
  let turns = 0;
  let ticking = true;
  const tick = () => {
    turns++;
    if (ticking) setImmediate(tick);
  };
  setImmediate(tick);
  const chunks: string[] = [];
  for await (const chunk of jsonHistory(project, inBatches(commits))) chunks.push(chunk);
  ticking = false;
  t.true(turns >= 39, `${turns} turns`);
  t.true(Math.max(...chunks.map((chunk) => chunk.length)) < 300_000);
  t.deepEqual(JSON.parse(chunks.join('')), { name: project.name, url: project.url, commits });
});

test('any number of commits makes valid JSON', async (t) => {
  for (const count of [0, 1, 499, 500, 501, 1000, 1001]) {
    const commits = fakeCommits(count);
    const chunks = Readable.from(jsonHistory({ name: 'x', url: 'y' }, inBatches(commits)));
    t.deepEqual(await json(chunks), { name: 'x', url: 'y', commits });
  }
});
