import { once } from 'node:events';
import { request } from 'node:http';
import { DomainError, sourceOf } from '../../../domain/index.ts';
import { fakeCommits } from '../../kit/fake-ports.ts';
import { contract, type Serving } from '../../kit/hosts.ts';

const url = 'https://example.org/red.git';
const sha = fakeCommits(3)[0]?.sha ?? '';

/** What is read for each path, put off by what is given in its place. */
const reads: Readonly<Record<string, (serving: Serving, read: Read) => void>> = {
  '/api/v1/projects/red/commits?q=x': ({ store }, read) => {
    store.search = (_name, _range, signal) => read(signal);
  },
  '/list/red?q=x': ({ store }, read) => {
    store.search = (_name, _range, signal) => read(signal);
  },
  '/list/red?at=2020-01-01': ({ store }, read) => {
    store.search = (_name, _range, signal) => read(signal);
  },
  '/list/red': ({ store }, read) => {
    store.commitCounts = (_of, _range, signal) => read(signal);
  },
  '/api/v1/projects/red/stats': ({ store }, read) => {
    store.commitCounts = (_of, _range, signal) => read(signal);
  },
  '/authors/red': ({ store }, read) => {
    store.authors = (_of, _limit, signal) => read(signal);
  },
  [`/commit/red/${sha}`]: ({ git }, read) => {
    git.details = ({ signal }) => read(signal);
  },
  [`/api/v1/projects/red/commits/${sha}`]: ({ git }, read) => {
    git.details = ({ signal }) => read(signal);
  },
};

type Read = (signal: AbortSignal | undefined) => Promise<never>;

for (const [path, putOff] of Object.entries(reads)) {
  contract(
    `what is read for ${path.replace(sha, '{sha}')} is known by its client, and ends when all have left who ask for it`,
    async (t, serve) => {
      const serving = await serve(t);
      serving.git.remotes.set(url, { commits: fakeCommits(3) });
      await serving.add('red', url);
      const signals: AbortSignal[] = [];
      const { promise: begun, resolve: begin } = Promise.withResolvers<void>();
      putOff(serving, async (signal) => {
        if (signal === undefined) throw new Error('nobody says when to end');
        signals.push(signal);
        begin();
        const { promise, reject } = Promise.withResolvers<never>();
        signal.addEventListener('abort', () => reject(signal.reason), { once: true });
        return promise;
      });
      const reader = request(serving.origin + path);
      reader.on('error', () => {}).end();
      await begun;
      t.is(sourceOf(signals[0]), '127.0.0.1');
      t.false(signals[0]?.aborted);
      const ended = once(signals[0] ?? new EventTarget(), 'abort');
      reader.destroy();
      await ended;
      const line = await serving.logged(({ req }) => req?.url === path);
      t.like(line, { level: 30, res: { statusCode: null } });

      // And it can be asked for by others, who are told when there is no turn for them.
      putOff(serving, async () => {
        throw new DomainError('busy', 'Too many searches run at once; try again shortly.');
      });
      const refused = await serving.ask(path, { headers: { accept: 'application/json' } });
      t.is(refused.status, 503);
      t.is(refused.headers['retry-after'], '5');
      t.like(JSON.parse(refused.text), {
        type: '/problems/busy',
        detail: 'Too many searches run at once; try again shortly.',
      });
    },
  );
}
