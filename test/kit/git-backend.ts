import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';
import { gitEnvironment } from './git.ts';
import { identityOf } from './process-identity.ts';
import { killGroup } from './signal.ts';

/** One request and its response, on their way through the server. */
export interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  /** The directory below which the repositories are. */
  readonly root: string;
  /** The path asked for, below the segment that chose the answer. */
  readonly path: string;
  /** What follows the `?`. */
  readonly query: string;
}

/** Answers a request. It may as well leave it unanswered or break the connection. */
export type Answer = (exchange: Exchange) => Promise<void> | void;

export type Body = AsyncIterable<Buffer>;

interface ServeOptions {
  /** Git configuration of this request, over the repository's own. */
  readonly config?: Readonly<Record<string, string>>;
  /** What git hears instead of the client's `Git-Protocol` header. */
  readonly protocol?: string;
  /** What git hears instead of the client's query. */
  readonly query?: string;
  /** Stands between git's answer and the client. An error it throws cuts the connection. */
  readonly through?: (body: Body) => Body;
}

/**
 * Serves the repositories by git's own CGI program, which lives no longer than the exchange.
 * https://git-scm.com/docs/git-http-backend
 */
export function serve({
  config,
  protocol,
  query,
  through = (body) => body,
}: ServeOptions = {}): Answer {
  return async (exchange) => {
    const { request, response } = exchange;
    const asked = request.headers['git-protocol'];
    const child = spawn('git', ['http-backend'], {
      env: {
        ...gitEnvironment,
        ...configuration({ 'safe.directory': '*', 'uploadpack.allowFilter': 'true', ...config }),
        ...cgiVariables(exchange, query ?? exchange.query),
        GIT_PROTOCOL: protocol ?? (typeof asked === 'string' ? asked : ''),
      },
      detached: true,
      stdio: ['pipe', 'pipe', 'ignore'],
    });
    const leader = identityOf(child.pid);
    const gone = once(child, 'close');
    response.once('close', () => {
      if (leader !== undefined && child.exitCode === null) killGroup(leader);
    });

    // A git that has its answer early reads no further: the rest must still be taken from the client.
    child.stdin.once('error', () => request.resume());
    request.pipe(child.stdin);
    try {
      await pipeline(child.stdout, (output) => through(withoutHead(output, response)), response);
    } finally {
      await gone;
    }
  };
}

function cgiVariables({ request, root, path }: Exchange, query: string): NodeJS.ProcessEnv {
  const { headers, method, socket } = request;
  return {
    GIT_PROJECT_ROOT: root,
    GIT_HTTP_EXPORT_ALL: '1',
    PATH_INFO: decodeURIComponent(path),
    QUERY_STRING: query,
    REQUEST_METHOD: method,
    REMOTE_ADDR: socket.remoteAddress,
    CONTENT_TYPE: headers['content-type'],
    CONTENT_LENGTH: headers['content-length'],
    HTTP_CONTENT_ENCODING: headers['content-encoding'],
  };
}

/** Configuration that travels by the environment, and so reaches whatever git starts. */
function configuration(entries: Readonly<Record<string, string>>): NodeJS.ProcessEnv {
  const pairs = Object.entries(entries);
  const variables: NodeJS.ProcessEnv = { GIT_CONFIG_COUNT: String(pairs.length) };
  for (const [index, [key, value]] of pairs.entries()) {
    variables[`GIT_CONFIG_KEY_${index}`] = key;
    variables[`GIT_CONFIG_VALUE_${index}`] = value;
  }
  return variables;
}

/** Turns the head of a CGI answer into that of the response (RFC 3875, section 6) and lets the body pass. */
async function* withoutHead(output: Body, response: ServerResponse): Body {
  let head: Buffer | undefined = Buffer.alloc(0);
  for await (const chunk of output) {
    if (head === undefined) {
      yield chunk;
      continue;
    }
    head = Buffer.concat([head, chunk]);
    const end = head.indexOf('\r\n\r\n');
    if (end === -1) continue;
    for (const line of head.toString('latin1', 0, end).split('\r\n')) {
      const colon = line.indexOf(': ');
      const [name, value] = [line.slice(0, colon), line.slice(colon + 2)];
      if (name === 'Status') response.statusCode = Number.parseInt(value);
      else response.setHeader(name, value);
    }
    const rest = head.subarray(end + 4);
    head = undefined;
    yield rest;
  }
  if (head !== undefined) throw new Error('git http-backend gave no answer');
}
