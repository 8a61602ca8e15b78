import { allowHosts } from '../../../handlers/index.ts';
import { fakeCommits } from '../../kit/fake-ports.ts';
import { contract } from '../../kit/hosts.ts';

const url = 'https://example.org/red.git';
const foreign = { host: 'attacker.invalid:5000' };

contract('under a name of another site nothing is read, written or watched', async (t, serve) => {
  const { git, add, ask } = await serve(t);
  git.remotes.set(url, { commits: fakeCommits(3) });
  await add('red', url);
  for (const [method, path] of [
    ['GET', '/'],
    ['GET', '/json/red'],
    ['HEAD', '/list/red'],
    ['GET', '/metrics'],
    ['GET', '/nothing'],
    ['DELETE', '/api/v1/projects/red'],
  ] as const) {
    const answer = await ask(path, { method, headers: foreign });
    t.is(answer.status, 403, `${method} ${path}`);
    t.notRegex(answer.text, /Commit|attacker/);
  }
  const write = await ask('/add/blue', { method: 'POST', headers: foreign, body: url });
  t.is(write.status, 403);
  t.regex(write.text, /"type":"\/problems\/foreign_host".*ALLOWED_HOSTS/);
  t.is((await ask('/json/blue')).status, 404);
  t.is((await ask('/json/red', { headers: { host: 'localhost' } })).status, 200);
});

contract(
  'on more than loopback, what watches the server may use any name for it',
  async (t, serve) => {
    const hosts = { allows: allowHosts(['monitor.example.org']), exemptProbes: true };
    const { ask } = await serve(t, { gateRules: { hosts } });
    for (const path of ['/healthz', '/readyz', '/metrics']) {
      t.is((await ask(path, { headers: foreign })).status, 200, path);
    }
    t.is((await ask('/', { headers: foreign })).status, 403);
    t.is((await ask('/', { headers: { host: 'monitor.example.org' } })).status, 200);
  },
);

contract('where no names are set, every name is right', async (t, serve) => {
  const { ask } = await serve(t, { gateRules: {} });
  t.is((await ask('/', { headers: foreign })).status, 200);
});
