import { readForwarded } from '../../../adapters/access/forwarded.ts';
import { limitWrites } from '../../../adapters/access/write-limit.ts';
import { contract } from '../../kit/hosts.ts';

contract('a client that writes too much is told when to go on, and may read', async (t, serve) => {
  const rules = {
    forwarded: readForwarded(['127.0.0.1/32']),
    limitWrites: limitWrites(2, () => false),
  };
  const { ask } = await serve(t, { gateRules: rules });
  const write = async (address: string, path = '/add/red') =>
    ask(path, { method: 'POST', body: 'x', headers: { 'x-forwarded-for': address } });
  // Other names, paths and what stands before the last address make no other client.
  t.is((await write('192.0.2.1', '/add/a')).status, 400);
  t.is((await write('198.51.100.7, 192.0.2.1', '/add')).status, 400);
  const refused = await write('192.0.2.1', '/add/b');
  t.is(refused.status, 429);
  t.regex(String(refused.headers['retry-after']), /^(?:[1-9]|[1-5]\d|60)$/);
  t.regex(refused.text, /"type":"\/problems\/too_many_writes"/);
  t.is((await write('192.0.2.2')).status, 400);
  t.is((await ask('/', { headers: { 'x-forwarded-for': '192.0.2.1' } })).status, 200);
});

contract('a trusted proxy tells under which name the server was asked', async (t, serve) => {
  const { ask } = await serve(t, { gateRules: { forwarded: readForwarded(['127.0.0.1/32']) } });
  const headers = { origin: 'https://b.example', 'x-forwarded-host': 'b.example' };
  t.is((await ask('/add/red', { method: 'POST', body: 'x', headers })).status, 400);
  const untrusting = await serve(t, { gateRules: { forwarded: readForwarded([]) } });
  t.is((await untrusting.ask('/add/red', { method: 'POST', body: 'x', headers })).status, 403);
});
