// The remote of a bench, in a process of its own so that its work and the bench's do not wait for each other:
// serves the bare repositories below a directory, and at `/sent` says how many bytes it has sent of them so far.
import { once } from 'node:events';
import { startGitServer } from '../kit/git-server.ts';

const [root = '.'] = process.argv.slice(2);
// Ctrl-C reaches this process too, but the bench ends it when nothing needs it any more.
process.on('SIGINT', () => {});
const server = await startGitServer(root);
server.answers.set('sent', ({ response }) => {
  const sent = server.requests
    .filter(({ path }) => path !== '/sent')
    .reduce((sum, { bytesSent }) => sum + bytesSent, 0);
  response.end(String(sent));
});
console.error(`Listening on ${server.origin}`);
await once(process, 'SIGTERM');
await server.close();
