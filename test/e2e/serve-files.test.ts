import { mkdir, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { program } from '../kit/program.ts';
import { add, startedApp } from '../kit/running-server.ts';
import { temporaryDirectory } from '../kit/temporary-directory.ts';

/** The paths below a directory that others than its owner may use, and their modes. */
async function usableByOthers(directory: string): Promise<readonly string[]> {
  const paths = [directory, ...(await readdir(directory, { recursive: true }))];
  const modes = paths.map(async (path) => {
    const { mode } = await stat(path === directory ? path : join(directory, path));
    return (mode & 0o077) === 0 ? [] : [`${path} ${(mode & 0o777).toString(8)}`];
  });
  return (await Promise.all(modes)).flat();
}

test('what a server keeps can be read by its owner alone', async (t) => {
  const { data, remote, server, repository } = await startedApp(t);
  await repository.linear(3);
  t.is((await add(server, 'x', `${remote.origin}/x.git`)).status, 200);
  t.deepEqual(await usableByOthers(data), []);
  t.true((await readdir(join(data, 'mirrors'))).length === 1);
  await server.stop();
  t.notRegex(server.log(), /chmod/);
});

test('a lock takes no room of the disk, and what is wrong with it is told', async (t) => {
  const { data } = await startedApp(t);
  for (const name of ['lock', 'gitmon.db-lock']) {
    t.is((await stat(join(data, name))).size, 0);
  }
  t.false((await readdir(data)).some((name) => name.includes('lock-')));

  const other = await temporaryDirectory(t);
  await mkdir(join(other, 'lock'));
  const env = { PORT: '0', DATA_DIR: other };
  const { exitCode, stderr } = await program(['serve'], { env });
  t.is(exitCode, 1);
  t.regex(
    stderr,
    /^error: .*lock cannot be locked \(.*\); check its permissions and the disk\.\n$/,
  );
});
