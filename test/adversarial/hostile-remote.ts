import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import { join } from 'node:path';
import type { Writable } from 'node:stream';
import { setTimeout } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { serve, type Answer, type Body, type Exchange } from '../kit/git-backend.ts';
import { hang, status } from '../kit/git-faults.ts';
import { createRepository } from '../kit/repository.ts';
import { flush, longRef, packet, service, someCommit } from '../kit/smart-remote.ts';
import { detachedRepository, shallowRepository } from '../kit/special-repositories.ts';

/** The git server that entries of hostile.jsonl talk of. */
export interface HostileRemote {
  readonly port: number;
  readonly secondPort: number;
  /** How many requests came so far, and how many connections to the second listener. */
  readonly seen: { requests: number; second: number };
  close(): Promise<void>;
}

const good = [
  'good',
  'good+plus',
  'good space',
  'a=b&c',
  'grüße',
  '~user/good',
  'dots.in.path/good.v1.2',
];

const nothing = Buffer.alloc(0);
const advertisement = 'application/x-git-upload-pack-advertisement';

/** Serves the repositories below `root`, and every mode of hostile.jsonl by its first path segment. */
export async function startHostileRemote(root: string): Promise<HostileRemote> {
  for (const name of good) await (await createRepository(join(root, `${name}.git`))).linear(3);
  await detachedRepository(join(root, 'detached.git'));
  await shallowRepository(join(root, 'shallow.git'), 5);
  const sha256 = await createRepository(join(root, 'sha256.git'), { objectFormat: 'sha256' });
  await sha256.branch('main', await sha256.commit());

  const seen = { requests: 0, second: 0 };
  const over = new AbortController();
  const servers: Server[] = [];
  let second = 0;
  const listener: RequestListener = (request, response) => {
    seen.requests += 1;
    const [path = '', query = ''] = (request.url ?? '').split(/\?(.*)/s);
    const [, mode = '', rest = ''] = /^\/([^/]*)(.*)$/s.exec(path) ?? [];
    const answer = modes(second, over.signal)[mode];
    const exchange = { request, response, root, path: answer ? rest : path, query };
    void run(answer ?? serve(), exchange);
  };
  const listen = async (hosts: readonly string[], counted: boolean) => {
    let port = 0;
    for (const host of hosts) {
      const server = createServer({ noDelay: true }, listener);
      if (counted) server.on('connection', () => (seen.second += 1));
      await once(server.listen(port, host), 'listening');
      const address = server.address();
      if (address !== null && typeof address === 'object') ({ port } = address);
      servers.push(server);
    }
    return port;
  };
  const port = await listen(['127.0.0.1', '::1'], false);
  second = await listen(['127.0.0.1', '127.0.0.2', '::1'], true);
  return {
    port,
    secondPort: second,
    seen,
    async close() {
      over.abort();
      for (const server of servers) {
        const closed = once(server, 'close');
        server.close();
        server.closeAllConnections();
        await closed;
      }
    },
  };
}

async function run(answer: Answer, exchange: Exchange): Promise<void> {
  try {
    decodeURIComponent(exchange.path);
    await answer(exchange);
  } catch {
    if (exchange.response.headersSent) exchange.response.destroy();
    else exchange.response.writeHead(404).end();
  }
}

function modes(second: number, over: AbortSignal): Readonly<Record<string, Answer>> {
  const refs = (...lines: readonly string[]) =>
    status(
      200,
      { 'content-type': advertisement },
      Buffer.concat([service, ...lines.map((line) => packet(line)), flush]),
    );
  const onPost =
    (answer: Answer): Answer =>
    async (exchange) =>
      exchange.request.method === 'POST' ? answer(exchange) : serve()(exchange);
  const endless =
    (begin: Uint8Array, chunk: Uint8Array, pause = 0): Answer =>
    async ({ request, response }) => {
      request.resume();
      const type = begin.length === 0 ? 'application/x-git-upload-pack-result' : advertisement;
      response.writeHead(200, { 'content-type': type }).write(begin);
      for (let sent = 0; sent < 2e8 && !response.destroyed && !over.aborted; sent += chunk.length) {
        const isFull = !response.write(chunk);
        if (pause > 0) await setTimeout(pause, undefined, { signal: over });
        else if (isFull) await drained(response);
      }
      response.destroy();
    };
  return {
    good: elsewhere(301, ({ path, query }) => `/good.git${path}?${query}`),
    hang,
    hangpost: onPost(hang),
    keepalive: onPost(endless(nothing, packet(`\u0002working\n`), 1000)),
    endless: endless(service, Buffer.alloc(60 * longRef.length, longRef)),
    endlesspack: onPost(
      endless(
        nothing,
        Buffer.concat([packet('packfile\n'), packet(`\u0001${'x'.repeat(60_000)}`)]),
      ),
    ),
    gzipbomb: ({ request, response }) => {
      request.resume();
      const headers = { 'content-type': advertisement, 'content-encoding': 'gzip' };
      response.writeHead(200, headers).end(bomb);
    },
    hdrflood: async ({ request: { socket } }) => {
      socket.write('HTTP/1.1 200 OK\r\n');
      for (let sent = 0; sent < 2e8 && !socket.destroyed && !over.aborted; sent += 65_000) {
        if (socket.write('X-Flood: xxx\r\n'.repeat(4650))) continue;
        await drained(socket);
      }
      socket.destroy();
    },
    redir: async (exchange) => redirected(exchange, second),
    redirpost: onPost(elsewhere(307, ({ path }) => `http://127.0.0.2:${second}${path}`)),
    status: async (exchange) => status(Number(exchange.path.split('/')[1]))(exchange),
    negotiate: status(401, { 'www-authenticate': ['Negotiate', 'NTLM'] }),
    empty: status(200, { 'content-type': advertisement }),
    badpkt: status(200, { 'content-type': advertisement }, 'zzzz'),
    badsha: refs(
      `${someCommit} HEAD\0 symref=HEAD:refs/heads/main\n`,
      `${someCommit} refs/heads/main\n`,
    ),
    badstatus: ({ request: { socket } }) => void socket.end('HTTP/1.1 banana\r\n\r\n'),
    evilref: refs(
      `${someCommit} HEAD\0 symref=HEAD:--upload-pack=x\n`,
      `${someCommit} refs/heads/../../../../evil\n`,
    ),
    evilsym: refs(
      `${someCommit} HEAD\0 symref=HEAD:refs/heads/<img src=x onerror=alert(1)>\n`,
      `${someCommit} refs/heads/x\n`,
    ),
    err: async (exchange) => {
      const text = exchange.path.startsWith('/html')
        ? '<script>alert("err")</script>'
        : 'x\nFORGED-LINE-err {"level":30}';
      await refs(`ERR ${text}`)(exchange);
    },
    dumb: serve({ query: '' }),
    dumbalt: async (exchange) => {
      const { path } = exchange;
      const text = path.endsWith('/info/refs')
        ? `${someCommit}\trefs/heads/main\n`
        : path.endsWith('/HEAD')
          ? 'ref: refs/heads/main\n'
          : `http://127.0.0.2:${second}/good.git/objects\n`;
      const isThere = /\/(?:info\/refs|HEAD|http-alternates)$/.test(path);
      await status(isThere ? 200 : 404, { 'content-type': 'text/plain' }, text)(exchange);
    },
    slow: async (exchange) => {
      await setTimeout(500, undefined, { signal: over });
      await serve({ through: asItIs })(exchange);
    },
  };
}

/** Waits until a stream takes more, or never will. */
async function drained(stream: Writable): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  stream.once('drain', resolve).once('close', resolve);
  if (stream.destroyed) resolve();
  await promise;
  stream.off('drain', resolve).off('close', resolve);
}

async function* asItIs(body: Body): Body {
  yield* body;
}

const bomb = gzipSync(Buffer.alloc(300_000_000, '0'), { level: 1 });

function elsewhere(code: number, location: (exchange: Exchange) => string): Answer {
  return async (exchange) => status(code, { location: location(exchange) })(exchange);
}

/** `/redir/302/second/good.git`: the code, where to, and the rest. */
async function redirected(exchange: Exchange, second: number): Promise<void> {
  const [, code, to = '', rest = ''] = /^\/(\d+)\/([^/]+)(.*)$/s.exec(exchange.path) ?? [];
  const tail = exchange.query === '' ? rest : `${rest}?${exchange.query}`;
  const left = Number(to);
  const targets: Readonly<Record<string, string>> = {
    second: `http://127.0.0.2:${second}${tail}`,
    port: `http://127.0.0.1:${second}${tail}`,
    v6: `http://[::1]:${second}${tail}`,
    rel: `//127.0.0.2:${second}${tail}`,
    zero: `http://0.0.0.0:${second}${tail}`,
    file: 'file:///etc/passwd',
    dict: `dict://127.0.0.1:${second}/x`,
    ssh: 'ssh://127.0.0.1/x',
    ext: 'ext::sh -c true',
    js: 'javascript:alert(1)',
    long: `/${'a'.repeat(60_000)}`,
    badport: 'http://127.0.0.1:99999/x',
  };
  const location = left > 0 ? (left > 1 ? `/redir/${code}/${left - 1}${tail}` : tail) : targets[to];
  await status(Number(code), location === undefined ? {} : { location })(exchange);
}
