import { writeCursor } from '../../handlers/api/cursor.ts';
import type { GitServer } from '../kit/git-server.ts';
import { pausedAnswer } from '../kit/paused-answer.ts';
import { readList } from '../kit/json.ts';
import { sharedBeginning } from '../kit/namesakes.ts';
import { post, type Traffic } from '../kit/traffic.ts';

const elsewhere = { origin: 'https://elsewhere.example' };
const never = 'f'.repeat(40);

/**
 * Every answer of the pages for people that a client can bring about, of a project `red` which is there, by a server that
 * makes one fetch at a time.
 */
export async function everyPage({ send }: Traffic, remote: GitServer): Promise<void> {
  const [url, nowhere] = [`${remote.origin}/red.git`, `${remote.origin}/none.git`];
  const both = async (endpoint: string, path: string) => {
    const etag = (await send(endpoint, 200, path)).headers.get('etag') ?? '';
    await send(endpoint, 304, path, { headers: { 'if-none-match': etag } });
  };
  const named = async (route: string, rest = '') => {
    const endpoint = `${route}/{projectname}`;
    await both(endpoint, `${route}/red${rest}`);
    await send(endpoint, 400, `${route}/.red`);
    await send(endpoint, 404, `${route}/none`);
  };

  const adding = '/adding/{id}';
  const done = await job(send, url);
  await send(adding, 303, done);
  await both(adding, await job(send, nowhere));
  await send(adding, 404, `/adding/${never}`);

  await named('/authors');
  await named('/rewrites');
  await named('/remove');
  const commit = '/commit/{projectname}/{sha}';
  const { text } = await send('/api/v1/projects/{name}/commits', 200, `${commits}?limit=1000`);
  const names = readList(text).map(({ sha }) => String(sha));
  await both(commit, `/commit/red/${names[0] ?? ''}`);
  await send(commit, 400, '/commit/red/123');
  await send(commit, 404, `/commit/red/${never}`);
  await send(commit, 409, `/commit/red/${sharedBeginning(names)}`);

  const list = '/list/{projectname}';
  await send(list, 303, '/list/red?at=2020-01-01');
  const moved = writeCursor({ tip: never, commits: 9, skip: 1 });
  await send(list, 410, `/list/red?cursor=${moved}`);
  await both('/', '/');
  await send('/status', 200, '/status');
  await send('/logout', 303, '/logout', post(''));

  const { answer, asked, open } = pausedAnswer();
  remote.answers.set('held', answer);
  const slow = send('/add/{projectname}', 200, '/add/slow', post(`${remote.origin}/held/red.git`));
  await asked;
  await send('/refresh/{projectname}', 503, '/refresh/red', post(''));
  open();
  await slow;
  for (const route of ['/refresh', '/remove']) {
    const endpoint = `${route}/{projectname}`;
    await send(endpoint, 303, `${route}/red`, post(''));
    await send(endpoint, 400, `${route}/.red`, post(''));
    await send(endpoint, 403, `${route}/red`, post('', elsewhere));
    await send(endpoint, 404, `${route}/none`, post(''));
  }
}

const commits = '/api/v1/projects/red/commits';

/** The page of a job that has ended. */
async function job(send: Traffic['send'], url: string): Promise<string> {
  const later = post(url, { prefer: 'respond-async' });
  const { headers } = await send('/add/{projectname}', 202, '/add/red', later);
  const path = headers.get('location') ?? '';
  while (!/"state":"(?:done|failed)"/.test((await send('/api/v1/jobs/{id}', 200, path)).text));
  return `/adding/${path.split('/').at(-1) ?? ''}`;
}
