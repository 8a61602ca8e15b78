import type { GitServer } from '../kit/git-server.ts';
import { pausedAnswer } from '../kit/paused-answer.ts';
import type { Prometheus } from '../kit/prometheus-client.ts';
import { post, type Traffic } from '../kit/traffic.ts';

const form = { 'content-type': 'application/x-www-form-urlencoded' };
const elsewhere = { origin: 'https://elsewhere.example' };

/** Every answer that a client can bring about, beginning with a fetch that is as slow as that many scrapes. */
export async function everyAnswer(
  { send }: Traffic,
  remote: GitServer,
  prometheus: Prometheus,
  scrapes: number,
) {
  const url = `${remote.origin}/red.git`;
  const add = '/add/{projectname}';
  const { answer, asked, open } = pausedAnswer();
  remote.answers.set('held', answer);
  const slow = send(add, 200, '/add/slow', post(`${remote.origin}/held/red.git`));
  await asked;
  const begin = performance.now();
  await send(add, 503, '/add/red', post(url));
  for (let scrape = 0; scrape < scrapes; scrape++) await prometheus.scraped();
  const heldSeconds = (performance.now() - begin) / 1000;
  open();
  await slow;

  await send(add, 200, '/add/red', post(url));
  await send(add, 400, '/add/red', post('nonsense'));
  await send(add, 400, '/add/.red', post(url));
  await send(add, 403, '/add/red', post(url, elsewhere));
  await send(add, 500, '/add/none', post(`${remote.origin}/none.git`));
  await send(add, 303, '/add', post(`name=blue&url=${url}`, form));
  await send(add, 400, '/add', post(`name=blue&url=nonsense`, form));
  // The last one, since others find the server busy while it is fetched.
  await send(add, 202, '/add/red', post(url, { prefer: 'respond-async' }));
  for (const route of ['/list', '/json']) {
    const endpoint = `${route}/{projectname}`;
    const etag = (await send(endpoint, 200, `${route}/red`)).headers.get('etag') ?? '';
    await send(endpoint, 304, `${route}/red`, { headers: { 'if-none-match': etag } });
    await send(endpoint, 200, `${route}/red`, { headers: { accept: 'text/html' } });
    await send(endpoint, 200, `${route}/red`, { method: 'HEAD' });
    await send(endpoint, 400, `${route}/red?cursor=x`, { headers: { accept: 'text/html' } });
    await send(endpoint, 400, `${route}/.red`);
    await send(endpoint, 404, `${route}/none`);
  }
  await send('/', 200, '/');
  const files = '/static/{path*}';
  const etag = (await send(files, 200, '/static/site.css')).headers.get('etag') ?? '';
  await send(files, 304, '/static/site.css', { headers: { 'if-none-match': etag } });
  await send(files, 404, '/static/none.css');
  const remove = '/api/v1/projects/{name}';
  await send(remove, 403, '/api/v1/projects/blue', { method: 'DELETE', headers: elsewhere });
  await send(remove, 204, '/api/v1/projects/blue', { method: 'DELETE' });
  await send(remove, 404, '/api/v1/projects/blue', { method: 'DELETE' });
  await send(remove, 400, '/api/v1/projects/.blue', { method: 'DELETE' });
  await send('/healthz', 200, '/healthz');
  await send('/readyz', 200, '/readyz');
  await send('unmatched', 404, '/nowhere');
  return heldSeconds;
}
