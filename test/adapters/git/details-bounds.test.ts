import test, { type ExecutionContext } from 'ava';
import { startGitRepository } from '../../kit/git-remote.ts';
import { startGit } from '../../kit/git-fixture.ts';

/** A mirror with one commit of that message. */
async function mirrorOf(
  t: ExecutionContext,
  fields: { message: string | Buffer; headers?: string[] },
) {
  const { server, repository } = await startGitRepository(t);
  const sha = await repository.commit(fields);
  await repository.branch('main', sha);
  const { port, processesRun } = await startGit(t);
  const url = `${server.origin}/x.git`;
  t.like(await port.fetch({ url }), { outcome: 'ok', tip: sha });
  return { port, url, sha, processesRun };
}

test('a commit in another encoding is read in UTF-8', async (t) => {
  const message = Buffer.from('s\n\nGr\xfc\xdfe\n\nVon: M\xfcller\n \xe4\n', 'latin1');
  const { port, url, sha } = await mirrorOf(t, { message, headers: ['encoding ISO-8859-1'] });
  t.like(await port.details({ url, sha }), {
    body: 'Grüße\n\nVon: Müller\n ä',
    trailers: [{ key: 'Von', value: 'Müller ä' }],
  });
});

test('a value of a million lines is read as far as a megabyte goes, and its trailers are not guessed', async (t) => {
  const message = `s\n\nA: b\n${' c\n'.repeat(1_000_000)}`;
  const { port, url, sha } = await mirrorOf(t, { message });
  const { body, trailers } = await port.details({ url, sha });
  t.true(body.startsWith('A: b\n c\n'));
  t.true(body.length > 1e6 && body.length <= 2 ** 20);
  t.deepEqual(trailers, []);
});

test('a body of a million newlines is read at once', async (t) => {
  const { port, url, sha } = await mirrorOf(t, { message: `s\n\na${'\n'.repeat(1_000_000)}b\n` });
  t.regex((await port.details({ url, sha })).body, /^a\n+b$/);
});

test('a commit whose reader has left is not read, and the others who ask at once are in line', async (t) => {
  const { port, url, sha, processesRun } = await mirrorOf(t, { message: 's\n\nx\n' });
  await processesRun();
  const signal = AbortSignal.abort(new Error('left'));
  await t.throwsAsync(port.details({ url, sha, signal }), { message: 'left' });
  t.is(await processesRun(), 0);
  const all = await Promise.allSettled(
    Array.from({ length: 100 }, async () => port.details({ url, sha })),
  );
  const refused = all.filter(({ status }) => status === 'rejected');
  // Two are read, 64 wait: for ten seconds at most, which a busy machine may take.
  t.true(refused.length >= 34, `${refused.length} refused`);
  for (const result of refused) t.like(result, { reason: { code: 'busy' } });
  t.is(await processesRun(), 2 * (100 - refused.length));
});
