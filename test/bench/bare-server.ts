// The floor of what reading costs, in a process of its own: asks the product once, and then answers every request as
// it was answered, same bytes and same headers, with nothing around but Node's own server.
import { once } from 'node:events';
import { createServer } from 'node:http';
import { rawGet } from './raw-get.ts';

const [url = '', ...told] = process.argv.slice(2);
const headers: Record<string, string> = {};
for (const header of told) {
  const [name = '', value = ''] = header.split(/: (.*)/s);
  headers[name] = value;
}
const answer = await rawGet(url, { headers });

// Ctrl-C reaches this process too, but the bench ends it when nothing needs it any more.
process.on('SIGINT', () => {});
const server = createServer((_request, response) => {
  response.writeHead(answer.status, answer.headers);
  response.end(answer.body);
});
await once(server.listen(0, '127.0.0.1'), 'listening');
const address = server.address();
const port = typeof address === 'object' ? address?.port : undefined;
console.error(`Listening on http://127.0.0.1:${port}`);
await once(process, 'SIGTERM');
server.close();
server.closeAllConnections();
