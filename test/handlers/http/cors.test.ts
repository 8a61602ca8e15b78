import { fakeCommits } from '../../kit/fake-ports.ts';
import { contract } from '../../kit/hosts.ts';

const mine = 'https://mine.example';
const from = (origin: string) => ({ headers: { origin } });
const allowed = 'access-control-allow-origin';

contract('no page of another site reads anything unless it is let', async (t, serve) => {
  const { ask } = await serve(t);
  t.is((await ask('/api/v1/projects', from(mine))).headers[allowed], undefined);
});

contract(
  'a page of a site that is let reads answers and problems, and changes nothing',
  async (t, serve) => {
    const { ask } = await serve(t, { origins: [mine] });
    for (const path of ['/api/v1/projects', '/api/v1/projects/none', '/openapi.json']) {
      const { headers } = await ask(path, from(mine));
      t.is(headers[allowed], mine, path);
      t.regex(headers['vary'] ?? '', /\borigin\b/);
      t.regex(String(headers['access-control-expose-headers']), /X-Total-Count/);
      const other = await ask(path, from('https://other.example'));
      t.is(other.headers[allowed], undefined);
      t.regex(other.headers['vary'] ?? '', /\borigin\b/);
    }
    const options = { ...from(mine), method: 'DELETE' };
    t.is((await ask('/api/v1/projects/none', options)).status, 403);
  },
);

contract('an answer that is ready lets pages of other sites read it too', async (t, serve) => {
  const { add, ask, git } = await serve(t, { origins: [mine] });
  const url = 'https://example.org/red.git';
  git.remotes.set(url, { commits: fakeCommits(1) });
  await add('red', url);
  for (const path of ['/json/red', '/list/red']) {
    const whole = await ask(path, from(mine));
    const again = await ask(path, {
      headers: { origin: mine, 'if-none-match': String(whole.headers['etag']) },
    });
    t.deepEqual([whole.status, again.status], [200, 304]);
    for (const { headers } of [whole, again]) {
      t.is(headers[allowed], mine, path);
      t.deepEqual(headers['vary']?.split(/, ?/), ['accept', 'accept-encoding', 'origin']);
    }
  }
});

contract('a star lets everybody read', async (t, serve) => {
  const { ask } = await serve(t, { origins: ['*'] });
  t.is((await ask('/api/v1/projects', from(mine))).headers[allowed], mine);
});
