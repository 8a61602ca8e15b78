import { once } from 'node:events';
import test from 'ava';
import { readForwarded } from '../../../../adapters/access/forwarded.ts';
import { createPlaces } from '../../../../handlers/hosts/hapi/connection-shares.ts';
import { rawClient, statuses } from '../../../kit/raw-client.ts';
import { contract, serve as serveHapi } from '../../../kit/hosts.ts';

const url = 'https://example.org/red.git';
/** The tests' own address forwards for others. */
const gateRules = { forwarded: readForwarded(['127.0.0.0/8']) };

function listening(path = '/api/v1/events', client = '192.0.2.1'): string {
  return `GET ${path} HTTP/1.1\r\nHost: localhost\r\nX-Forwarded-For: ${client}\r\n\r\n`;
}

test('half of the connections may listen, and of each client a quarter', async (t) => {
  const { origin, ask } = await serveHapi(t, { maxConnections: 8, gateRules });
  const listen = async (client: string) => {
    const raw = await rawClient(t, origin, listening(undefined, client));
    await Promise.race([once(raw.socket, 'data'), raw.closed]);
    return { ...raw, status: statuses(raw.received())[0] };
  };
  const own = [await listen('192.0.2.1'), await listen('192.0.2.1')];
  const third = await listen('192.0.2.1');
  t.deepEqual(
    [...own, third].map(({ status }) => status),
    [200, 200, 503],
  );
  t.regex(third.received(), /^retry-after: 30\r$/im);
  t.regex(third.received(), /"type":"\/problems\/too_many_of_client".*Your address/);
  third.socket.destroy();
  t.is((await listen('2001:db8::1')).status, 200);
  t.is((await listen('2001:db8::2')).status, 200);
  const same = await listen('2001:db8::3');
  t.regex(same.received(), /"type":"\/problems\/too_many_of_client"/);
  same.socket.destroy();
  const other = await listen('192.0.2.2');
  t.is(other.status, 503);
  t.regex(other.received(), /"type":"\/problems\/too_many_long_lived".*MAX_CONNECTIONS/);
  other.socket.destroy();
  t.is((await ask('/')).status, 200);
  t.is((await ask('/add/red', { method: 'POST', body: 'x' })).status, 400);
  own[0]?.socket.destroy();
  for (let tries = 0; tries < 200; tries++) {
    const again = await listen('192.0.2.2');
    again.socket.destroy();
    if (again.status === 200) return t.pass();
  }
  return t.fail('the place was not given back');
});

test('a place that a client has not waited for is given back, whatever was sent before and after it', async (t) => {
  const { origin, ask } = await serveHapi(t, { maxConnections: 8, gateRules });
  t.is((await ask('/', { headers: { 'if-none-match': '*' } })).status, 304);
  for (let times = 0; times < 30; times++) {
    const request = listening('/').repeat(times % 3) + listening().repeat((times % 4) + 1);
    const { socket } = await rawClient(t, origin, request + listening('/none').repeat(times % 2));
    if (times % 5 > 0) await once(socket, 'data');
    socket.destroy();
  }
  for (let tries = 0; tries < 200; tries++) {
    const { socket, received } = await rawClient(t, origin, listening());
    await once(socket, 'data');
    const [status] = statuses(received());
    socket.destroy();
    if (status === 200) return t.pass();
  }
  return t.fail('places were not given back');
});

test('changes that wait have their own places, half of the connections and an eighth for a client, and what does not wait needs none', async (t) => {
  const { ask, git, joined } = await serveHapi(t, { maxConnections: 16, gateRules });
  git.remotes.set(url, 'silent');
  const write = (path: string, client: string, headers = {}, method = 'POST') => {
    const body = method === 'POST' ? url : '';
    return ask(path, { method, body, headers: { 'x-forwarded-for': client, ...headers } });
  };
  const fill = async (client: string) => {
    for (const name of ['a', 'b']) {
      const waits = joined();
      // It is given up when the server ends.
      void write(`/add/${name}`, client).catch(() => {});
      await waits;
    }
  };
  await fill('192.0.2.1');
  const refused = await write('/add/c', '192.0.2.1');
  t.is(refused.status, 503);
  t.regex(refused.text, /"type":"\/problems\/too_many_of_client"/);
  for (const client of ['192.0.2.2', '192.0.2.3', '192.0.2.4']) await fill(client);
  const full = await write('/add/c', '192.0.2.5');
  t.is(full.status, 503);
  t.regex(full.text, /"type":"\/problems\/too_many_long_lived"/);
  t.is((await write('/add/c', '192.0.2.5', { prefer: 'respond-async' })).status, 202);
  for (const [path, status, method] of [
    ['/login', 303, 'POST'],
    ['/logout', 303, 'POST'],
    ['/remove/none', 404, 'POST'],
    ['/api/v1/projects/none', 404, 'DELETE'],
    ['/api/v1/projects/none/refresh', 404, 'POST'],
  ] as const) {
    t.is((await write(path, '192.0.2.5', {}, method)).status, status, path);
  }
  t.is((await ask('/')).status, 200);
});

test('a body that does not come keeps nobody from changing anything', async (t) => {
  const { origin, add, git } = await serveHapi(t, { maxConnections: 16 });
  git.remotes.set(url, { commits: [] });
  const begun = 'POST /login HTTP/1.1\r\nHost: localhost\r\nContent-Length: 30\r\n\r\ntok';
  const opened = await Promise.all(
    Array.from({ length: 12 }, async () => rawClient(t, origin, begun)),
  );
  t.is(opened.length, 12);
  await t.notThrowsAsync(add('red', url));
});

contract(
  'of the fetches that run, a client has a quarter and a host three quarters',
  async (t, serve) => {
    const { ask, git, joined } = await serve(t, { concurrency: 4, gateRules });
    const add = (name: string, host: string, client: string, prefer = 'wait=60') => {
      git.remotes.set(
        `https://${host}.example/${name}`,
        host === 'good' ? { commits: [] } : 'silent',
      );
      const headers = { 'x-forwarded-for': client, prefer };
      return ask(`/add/${name}`, {
        method: 'POST',
        headers,
        body: `https://${host}.example/${name}`,
      });
    };
    const waits = joined();
    // It is given up when the server ends.
    void add('a', 'one', '192.0.2.1').catch(() => {});
    await waits;
    const refused = await add('c', 'good', '192.0.2.1');
    t.is(refused.status, 503);
    t.is(refused.headers['retry-after'], '5');
    t.regex(refused.text, /"type":"\/problems\/busy".*Your address/);
    t.is((await add('c', 'good', '192.0.2.2')).status, 200);
    // What nobody waits for counts too.
    t.is((await add('d', 'one', '192.0.2.2', 'respond-async')).status, 202);
    t.is((await add('e', 'one', '192.0.2.3', 'respond-async')).status, 202);
    const full = await add('f', 'one', '192.0.2.4');
    t.is(full.status, 503);
    t.regex(full.text, /from that host/);
    t.is((await add('f', 'good', '192.0.2.4')).status, 200);
  },
);

test('places are for the whole server and for each client, and one is given back once', (t) => {
  const places = createPlaces(8, 1 / 4);
  const take = (client: string) => {
    try {
      return places.take(client);
    } catch (error) {
      return error instanceof Error ? error.message.slice(0, 4) : 'odd';
    }
  };
  const [a, , , b] = [take('a'), take('a'), take('a'), take('b')];
  t.is(take('a'), 'Your');
  take('c');
  t.is(take('d'), 'Half');
  for (const release of [a, a, b, b]) if (typeof release === 'function') release();
  t.is(typeof take('d'), 'function');
  t.is(typeof take('a'), 'function');
  t.is(take('d'), 'Half');
  t.is(typeof createPlaces(1, 1 / 4).take('a'), 'function');
});
