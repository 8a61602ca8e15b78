import { request } from 'node:http';
import test from 'ava';
import { started } from './helpers/started.ts';

/** The status of an answer to a request for `/` under some name. */
function askAs(url: string, host: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const asking = request(url, { headers: { host }, agent: false }, (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    });
    asking.on('error', reject).end();
  });
}

test('on loopback only this machine and ALLOWED_HOSTS are right names, and nothing is warned of', async (t) => {
  const { server } = await started(t, { ALLOWED_HOSTS: 'monitor.example.org, b.example' });
  t.is(await askAs(server.url, 'attacker.invalid'), 403);
  t.is(await askAs(server.url, 'b.example:99'), 200);
  t.is(await askAs(server.url, 'x.localhost'), 200);
  t.notRegex(server.log(), /"level":40/);
});

test('on more than loopback names are checked where they are set, and one warning says how to be safe', async (t) => {
  const { server } = await started(t, { HOST: '0.0.0.0' });
  t.is(await askAs(server.url, 'attacker.invalid'), 200);
  t.is(
    server.log().match(/"level":40.*Everybody who reaches 0\.0\.0\.0 may add.*HOST=127/g)?.length,
    1,
  );
  const strict = await started(t, { HOST: '0.0.0.0', ALLOWED_HOSTS: 'b.example' });
  t.is(await askAs(strict.server.url, 'attacker.invalid'), 403);
  t.is(await askAs(strict.server.url, 'b.example'), 200);
});
