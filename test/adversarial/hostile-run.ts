import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import type { ExecutionContext } from 'ava';
import { z } from 'zod';
import { git } from '../kit/git.ts';
import { hostileBytes, type Hostile } from '../kit/hostile.ts';
import { rawClient, statuses } from '../kit/raw-client.ts';
import { createRepository } from '../kit/repository.ts';

/** Where entries are sent, and what their placeholders stand for. */
export interface Target {
  readonly url: string;
  /** Where the remote's repositories are. */
  readonly root: string;
  readonly places: Readonly<Record<string, string>>;
}

interface Answered {
  readonly statuses: readonly number[];
  /** Everything that was received, a character for each byte. */
  readonly text: string;
}

/** Sends raw bytes and waits for the end of the connection. */
async function sendRaw(t: ExecutionContext, url: string, bytes: Buffer): Promise<Answered> {
  const client = await rawClient(t, url, bytes);
  const patience = new AbortController();
  const late = setTimeout(30_000, 'late', { signal: patience.signal }).catch(() => '');
  // A stream of events has no end to wait for.
  const { promise: streams, resolve } = Promise.withResolvers<string>();
  let received = '';
  client.socket.on('data', (chunk: Buffer) => {
    received += chunk.toString('latin1');
    if (/^content-type: text\/event-stream[^]*\r\n\r\n/im.test(received)) resolve(received);
  });
  const text = await Promise.race([client.closed, streams, late]);
  patience.abort();
  client.socket.destroy();
  return { statuses: statuses(text).filter((status) => status !== 100), text };
}

function request(
  method: string,
  path: Buffer | string,
  headers: Readonly<Record<string, string>>,
  body: Buffer = Buffer.alloc(0),
) {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  const length = method === 'POST' ? `content-length: ${body.length}\r\n` : '';
  return Buffer.concat([
    Buffer.from(`${method} `),
    Buffer.from(path),
    Buffer.from(` HTTP/1.1\r\n${lines.join('')}${length}connection: close\r\n\r\n`, 'latin1'),
    body,
  ]);
}

const asCurl = { 'content-type': 'application/x-www-form-urlencoded' };

/** Sends an entry and gives what is wrong with its answers; nothing where all is right. */
export async function wrongWith(
  t: ExecutionContext,
  entry: Hostile,
  target: Target,
): Promise<readonly string[]> {
  const { expect, kind, id } = entry;
  const wrong: string[] = [];
  const host = { host: target.places['H'] ?? '' };
  const ask = async (path: Buffer | string, headers: Readonly<Record<string, string>> = {}) =>
    sendRaw(t, target.url, request('GET', path, { ...host, ...headers }));
  const look = ({ text }: Answered) => {
    for (const part of expect.not_contains) {
      if (text.includes(Buffer.from(part).toString('latin1'))) wrong.push(`contains ${part}`);
    }
    for (const part of [' at file:', 'node:internal', target.root, 'fatal:']) {
      if (text.includes(part)) wrong.push(`tells ${part}`);
    }
  };
  const check = (answer: Answered, allowed: readonly number[], what: string) => {
    const [status = 0] = answer.statuses;
    if (!allowed.includes(status)) wrong.push(`${what}: ${status} ${answer.text.slice(-300)}`);
    // Of a commit nothing may be taken for markup, and JSON is not.
    if (kind !== 'commit' || what !== 'json') look(answer);
    return status;
  };
  const add = async (
    name: Buffer | string,
    body: Buffer,
    headers: Readonly<Record<string, string>>,
  ) => {
    const path = Buffer.concat([Buffer.from('/add/'), Buffer.from(name)]);
    return sendRaw(t, target.url, request('POST', path, { ...host, ...headers }, body));
  };

  if (kind === 'header') {
    const raw = hostileBytes(entry, target.places).toString('latin1');
    const body = raw.slice(raw.indexOf('\r\n\r\n') + 4);
    const bytes = Buffer.from(raw.replace('{CL}', String(body.length)), 'latin1');
    const answer = await sendRaw(t, target.url, bytes);
    check(answer, expect.status, 'answer');
    if (expect.responses !== undefined && answer.statuses.length > expect.responses) {
      wrong.push(`${answer.statuses.length} answers`);
    }
    for (const part of expect.contains ?? [])
      if (!answer.text.includes(part)) wrong.push(`without ${part}`);
  } else if (kind === 'name') {
    const name = hostileBytes(entry, target.places);
    const read = expect.read ?? [400, 404, 405, 414, 431, 0];
    const path = (what: string) => Buffer.concat([Buffer.from(`/${what}/`), name]);
    for (const what of ['list', 'json']) check(await ask(path(what)), read, `${what} before`);
    const added = check(
      await add(name, Buffer.from(`${target.places['F']}/good.git`), asCurl),
      expect.status,
      'add',
    );
    const after = added === 200 ? [200] : read;
    for (const what of ['list', 'json']) check(await ask(path(what)), after, `${what} after`);
  } else if (kind === 'commit') {
    wrong.push(...(await wrongWithCommit(entry, target, add, ask, check)));
  } else {
    const headers = { ...(kind === 'url' && asCurl), ...entry.headers };
    const answer = await add(id, hostileBytes(entry, target.places), headers);
    const status = check(answer, expect.status, 'add');
    if (expect.blocked === true && status === 500 && !answer.text.includes('"outcome":"blocked"')) {
      wrong.push(`not blocked: ${answer.text.slice(-200)}`);
    }
    for (const part of expect.contains ?? [])
      if (!answer.text.includes(part)) wrong.push(`without ${part}`);
    check(await ask(`/json/${id}`), status === 200 ? [200] : [404], 'json');
    check(
      await ask(`/list/${id}`, { accept: 'text/html' }),
      status === 200 ? [200] : [404],
      'list',
    );
  }
  return wrong.map((reason) => `${id}: ${reason}`);
}

const historySchema = z.object({
  commits: z.array(
    z.looseObject({
      sha: z.string(),
      authoredAt: z.number().nullable(),
      committedAt: z.number().nullable(),
    }),
  ),
});

/** A script that is none of the site's own. */
const foreign =
  /<script(?! type="module" src="\/static\/js\/[\w/-]+\.js"><\/script>)|<[^>]* on\w+=|href="javascript:/i;

type Check = (answer: Answered, allowed: readonly number[], what: string) => number;

async function wrongWithCommit(
  entry: Hostile,
  { root, places }: Target,
  add: (name: string, body: Buffer, headers: Readonly<Record<string, string>>) => Promise<Answered>,
  ask: (path: string, headers?: Readonly<Record<string, string>>) => Promise<Answered>,
  check: Check,
): Promise<readonly string[]> {
  const { id } = entry;
  const wrong: string[] = [];
  const path = join(root, 'commits', `${id}.git`);
  const repository = await createRepository(path).catch(async () => undefined);
  if (repository === undefined) return ['no repository'];
  const sha = await repository.raw(hostileBytes(entry, {}));
  await mkdir(join(path, 'refs', 'heads'), { recursive: true });
  // As a file, since git would look at the commit first.
  await writeFile(join(path, 'refs', 'heads', 'main'), `${sha}\n`);
  const added = check(
    await add(id, Buffer.from(`${places['F']}/commits/${id}.git`), asCurl),
    entry.expect.status,
    'add',
  );
  if (added !== 200) return wrong;
  for (const shown of [`/list/${id}`, `/commit/${id}/${sha}`]) {
    const page = await ask(shown, { accept: 'text/html' });
    check(page, [200], shown);
    if (foreign.test(page.text)) wrong.push(`${shown} holds a script`);
  }
  const json = await ask(`/json/${id}`, { 'accept-encoding': 'identity' });
  check(json, [200], 'json');
  const body = Buffer.from(json.text.slice(json.text.indexOf('\r\n\r\n') + 4), 'latin1').toString();
  const { commits } = historySchema.parse(
    JSON.parse(body.replaceAll(/^[\da-f]+\r\n|\r\n(?:[\da-f]+\r\n(?:\r\n)?)?$/g, '')),
  );
  if (/\p{Cs}/u.test(body)) wrong.push('half a surrogate pair');
  const listed = await git(path, ['rev-list', 'HEAD']);
  if (commits.map((commit) => commit.sha).join('\n') !== listed)
    wrong.push('other commits than git');
  const times = await git(path, ['log', '-1', '--no-mailmap', '--format=%at %ct', 'HEAD']);
  const [at = '', ct = ''] = times.split(' ');
  for (const [text, given] of [
    [at, commits[0]?.authoredAt],
    [ct, commits[0]?.committedAt],
  ] as const) {
    const isPlain = /^\d+$/.test(text) && Number(text) <= 253_402_300_799;
    if (isPlain && given !== Number(text)) wrong.push(`${given} is not the instant ${text}`);
  }
  return wrong;
}
