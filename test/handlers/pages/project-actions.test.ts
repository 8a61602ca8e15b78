import { fakeCommits } from '../../kit/fake-ports.ts';
import { contract } from '../../kit/hosts.ts';

const url = 'https://example.org/red.git';
const path = '/api/v1/projects/red';

contract('a project is removed once, and its name can be used again', async (t, serve) => {
  const { add, ask, git } = await serve(t);
  git.remotes.set(url, { commits: fakeCommits(2) });
  await add('red', url);
  const removed = await ask(path, { method: 'DELETE' });
  t.is(removed.status, 204);
  t.is(removed.text, '');
  t.is((await ask('/json/red')).status, 404);
  const again = await ask(path, { method: 'DELETE' });
  t.is(again.status, 404);
  t.like(JSON.parse(again.text), { type: '/problems/unknown_project' });
  await add('red', url);
  t.is((await ask('/json/red')).status, 200);
});

contract('a bad name and a page of another site remove nothing', async (t, serve) => {
  const { add, ask, git } = await serve(t);
  git.remotes.set(url, { commits: fakeCommits(2) });
  await add('red', url);
  t.is((await ask('/api/v1/projects/-red', { method: 'DELETE' })).status, 400);
  const headers = { 'sec-fetch-site': 'cross-site' };
  t.is((await ask(path, { method: 'DELETE', headers })).status, 403);
  t.is((await ask('/json/red')).status, 200);
});

contract('a body that nobody asked for keeps no project from being removed', async (t, serve) => {
  const { add, ask, git } = await serve(t);
  git.remotes.set(url, { commits: fakeCommits(2) });
  await add('red', url);
  const headers = { 'content-type': 'application/json', 'content-length': '2' };
  t.is((await ask(path, { method: 'DELETE', headers, body: '{x' })).status, 204);
});
