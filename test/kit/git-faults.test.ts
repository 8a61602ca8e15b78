import { join } from 'node:path';
import test from 'ava';
import { redirect, status } from './git-faults.ts';
import { leftOver, processesInGroup } from './processes.ts';
import { createRepository } from './repository.ts';
import { startGitRemote } from './git-remote.ts';
import { temporaryDirectory } from './temporary-directory.ts';

let repositories: string;
const cleanups: (() => unknown)[] = [];

test.before(async () => {
  repositories = await temporaryDirectory({ teardown: (cleanup) => cleanups.push(cleanup) });
  await (await createRepository(join(repositories, 'x.git'))).linear(50);
});

test.after.always(() => Promise.all(cleanups.map((cleanup) => cleanup())));

const failures = {
  'status-401': { stderr: /could not read Username/, requests: [401] },
  'status-403': { stderr: /returned error: 403/, requests: [403] },
  'status-404': { stderr: /not found/, requests: [404] },
  'status-429': { stderr: /returned error: 429/, requests: [429] },
  'status-503': { stderr: /returned error: 503/, requests: [503] },
  page: { stderr: /is this a git repository/, requests: [200] },
  // git takes this for an empty repository of the dumb protocol.
  empty: { stderr: /couldn't find remote ref HEAD/, requests: [200, 200] },
  'half-pack': { stderr: /fetch-pack: unexpected disconnect/, requests: [200, 200, 200] },
  'half-pack-ended': { stderr: /fetch-pack: unexpected disconnect/, requests: [200, 200, 200] },
  reset: { stderr: /Connection reset/, requests: [null] },
};

for (const [fault, { stderr, requests }] of Object.entries(failures)) {
  test(`a fetch fails on ${fault}`, async (t) => {
    const { server, fetch } = await startGitRemote(t, repositories);
    const fetched = await fetch(`${fault}/x.git`);
    t.is(fetched.exitCode, 128);
    t.regex(fetched.stderr, stderr);
    t.deepEqual(fetched.types, []);
    t.deepEqual(
      server.requests.map((request) => request.status),
      requests,
    );
  });
}

for (const code of [301, 302, 307]) {
  test(`a redirect by ${code} leads from x to x.git`, async (t) => {
    const { server, fetch } = await startGitRemote(t, repositories);
    const { commits } = await fetch(`redirect-${code}/x`);
    t.is(commits.length, 50);
    t.deepEqual(
      server.requests.map(({ path }) => path.replace(/\?.*/, '')),
      [
        `/redirect-${code}/x/info/refs`,
        '/x.git/info/refs',
        '/x.git/git-upload-pack',
        '/x.git/git-upload-pack',
      ],
    );
    t.is(server.requests[0]?.status, code);
  });
}

test('a server without filters sends everything', async (t) => {
  const { fetch } = await startGitRemote(t, repositories);
  const { commits, types, stderr } = await fetch('no-filter/x.git');
  t.is(commits.length, 50);
  t.deepEqual(types, ['blob', 'commit', 'tree']);
  t.regex(stderr, /filtering not recognized by server/);
});

for (const version of [0, 1]) {
  test(`a server that speaks protocol ${version} alone advertises its refs at once`, async (t) => {
    const { server, fetch } = await startGitRemote(t, repositories);
    const { commits, types } = await fetch(`protocol-v${version}/x.git`);
    t.is(commits.length, 50);
    t.deepEqual(types, ['commit']);
    t.deepEqual(
      server.requests.map(({ method }) => method),
      ['GET', 'POST'],
    );
  });
}

test('a dumb server gives its files', async (t) => {
  const { server, fetch } = await startGitRemote(t, repositories);
  const { commits, types } = await fetch('dumb/x.git');
  t.is(commits.length, 50);
  t.deepEqual(types, ['blob', 'commit', 'tree']);
  t.true(server.requests.every(({ method }) => method === 'GET'));
  t.true(server.requests.some(({ path }) => /\/objects\/pack\/pack-\w+\.pack$/.test(path)));
});

test('slow sends its answer piece by piece', async (t) => {
  const { server } = await startGitRemote(t, repositories);
  const { body } = await fetch(`${server.origin}/slow/x.git/info/refs?service=git-upload-pack`);
  let pieces = 0;
  await body?.pipeTo(new WritableStream({ write: () => void pieces++ }));
  t.true(pieces > 1);
});

for (const fault of ['hang', 'slow']) {
  test(`${fault} leaves a client waiting until it goes, and then nothing behind`, async (t) => {
    const { server, fetch } = await startGitRemote(t, repositories);
    const arrived = server.nextRequest();
    const gone = new AbortController();
    const fetching = fetch(`${fault}/x.git`, { signal: gone.signal });
    const request = await arrived;
    gone.abort();
    const { exitCode, group } = await fetching;
    await request.ended;
    t.is(exitCode, undefined);
    t.deepEqual(await leftOver(() => processesInGroup(group)), []);
  });
}

test('what a path answers can be changed while the server runs', async (t) => {
  const { server, fetch } = await startGitRemote(t, repositories);
  const other = await startGitRemote(t, repositories);
  const elsewhere = redirect(302, (asked) => `${other.server.origin}${asked}`);
  server.answers.set('changing', status(503));
  t.regex((await fetch('changing/x.git')).stderr, /503/);
  server.answers.set('changing', elsewhere);
  t.is((await fetch('changing/x.git')).commits.length, 50);
  t.is(other.server.requests.length, 3);
});
