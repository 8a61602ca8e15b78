import { chmod, mkdir, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { program, startProgram } from '../kit/program.ts';
import { startedApp } from '../kit/running-server.ts';
import { temporaryDirectory } from '../kit/temporary-directory.ts';

test('data that other users can read is warned of, and used', async (t) => {
  const data = await temporaryDirectory(t);
  await chmod(data, 0o755);
  const { server } = await startedApp(t, { DATA_DIR: data });
  await server.stop();
  t.regex(server.log(), /"level":40.* has mode 0755, .*run chmod -R go= on it/);

  const elsewhere = await temporaryDirectory(t);
  await chmod(elsewhere, 0o711);
  const file = join(elsewhere, 'gitmon.db');
  const env = { DATA_DIR: join(elsewhere, 'data'), STORE_URL: `sqlite:${file}` };
  const first = await startedApp(t, env);
  await first.server.stop();
  t.notRegex(first.server.log(), /chmod/);
  await chmod(file, 0o644);
  const second = await startedApp(t, env);
  await second.server.stop();
  t.regex(second.server.log(), /gitmon\.db has mode 0644/);
});

test('a second server on one database is refused, by whatever path it comes', async (t) => {
  const directory = await temporaryDirectory(t);
  await mkdir(join(directory, 'real'));
  await symlink('real', join(directory, 'link'));
  const urlOf = (folder: string) => `sqlite:${join(directory, folder, 'x.db')}`;
  const { server } = await startedApp(t, { STORE_URL: urlOf('real') });
  const refused = async (STORE_URL: string) => {
    const env = { PORT: '0', DATA_DIR: join(directory, 'other'), STORE_URL };
    const { exitCode, stderr } = await program(['serve'], { env });
    t.is(exitCode, 1);
    t.regex(
      stderr,
      /^error: .* is used by another server; stop that, or choose another STORE_URL\.\n$/,
    );
  };
  await refused(urlOf('real'));
  await refused(urlOf('link'));
  await symlink(join(directory, 'real', 'x.db'), join(directory, 'linked.db'));
  await refused(`sqlite:${join(directory, 'linked.db')}`);
  await server.stop();
  const after = await startProgram({
    DATA_DIR: join(directory, 'other'),
    STORE_URL: urlOf('link'),
  });
  t.is((await after.stop()).exitCode, 0);
});
