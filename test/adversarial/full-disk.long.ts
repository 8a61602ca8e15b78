import { appendFileSync } from 'node:fs';
import { mkdir, rm, statfs, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { execa } from 'execa';
import { z } from 'zod';
import { startProgram, type RunningServer } from '../kit/program.ts';
import { add, startedForLong } from '../kit/running-server.ts';
import { temporaryDirectory } from '../kit/temporary-directory.ts';
import { until } from '../kit/until.ts';

const problem = z.object({ type: z.string(), detail: z.string() });

/** A disk of its own; undefined where none can be mounted. */
async function smallDisk(t: ExecutionContext, options: string): Promise<string | undefined> {
  t.timeout(300_000);
  const disk = await temporaryDirectory(t);
  const mount = ['-t', 'tmpfs', '-o', options, 'tmpfs', disk];
  if ((await execa('mount', mount, { reject: false })).exitCode !== 0) {
    t.log('left out: a small disk, since nothing can be mounted here');
    t.pass();
    return undefined;
  }
  t.teardown(() => execa('umount', ['--lazy', disk]));
  return disk;
}

const statusOf = async ({ url }: RunningServer, path: string) =>
  (await fetch(`${url}${path}`)).status;

function fill(disk: string): void {
  const ballast = join(disk, 'ballast');
  for (;;) {
    try {
      appendFileSync(ballast, Buffer.alloc(100_000));
    } catch {
      return;
    }
  }
}

for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
  test.serial(
    `a server that was ended by ${signal} starts on a full disk, reads, and adds when there is room`,
    async (t) => {
      const disk = await smallDisk(t, 'size=48m');
      if (disk === undefined) return;
      const env = { DATA_DIR: join(disk, 'data'), MIN_FREE_DISK_BYTES: '0' };
      const { server, remote, repository } = await startedForLong(t, env);
      await repository.linear(300);
      const url = `${remote.origin}/x.git`;
      t.is((await add(server, 'x', url)).status, 200);
      await server.stop(signal);
      fill(disk);
      const again = await startProgram(env, { timeout: 300_000 });
      t.teardown(() => again.stop('SIGKILL'));
      for (const path of ['/', '/healthz', '/json/x', '/list/x', '/api/v1/projects/x/commits']) {
        t.is(await statusOf(again, path), 200, path);
      }
      t.is(await statusOf(again, '/readyz'), 503);
      const refused = await add(again, 'y', url);
      t.regex(problem.parse(await refused.json()).type, /internal|store_unavailable/);
      t.is((await fetch(`${again.url}/api/v1/projects/x`, { method: 'DELETE' })).status, 503);

      await rm(join(disk, 'ballast'));
      t.is(await statusOf(again, '/readyz'), 200);
      t.is((await add(again, 'y', url)).status, 200);
      t.is(await statusOf(again, '/json/y'), 200);
      t.is((await again.stop()).exitCode, 0);
      if (signal === 'SIGTERM') t.regex(again.log(), /can be read and not written/);
    },
  );
}

test.serial('a disk without inodes is told as a fault of this machine, at start too', async (t) => {
  const disk = await smallDisk(t, 'size=64m,nr_inodes=300');
  if (disk === undefined) return;
  for (const MIN_FREE_DISK_BYTES of ['0', '1']) {
    const env = { DATA_DIR: join(disk, `data-${MIN_FREE_DISK_BYTES}`), MIN_FREE_DISK_BYTES };
    const { server, remote, repository } = await startedForLong(t, {
      ...env,
      MIN_FREE_DISK_BYTES: '0',
    });
    await repository.linear(300);
    const url = `${remote.origin}/x.git`;
    t.is((await add(server, 'x', url)).status, 200);
    await server.stop();
    const taken = join(disk, 'taken');
    await mkdir(taken);
    const { ffree } = await statfs(disk);
    const take = async (left: number) => {
      for (let file = 0; (await statfs(disk)).ffree > left; file++)
        await writeFile(join(taken, `${left}-${file}`), '');
    };
    t.true(ffree > 0);
    await take(0);
    const again = await startProgram(env, { timeout: 300_000 });
    t.teardown(() => again.stop('SIGKILL'));
    t.is(await statusOf(again, '/json/x'), 200);
    t.is(await statusOf(again, '/readyz'), 503);
    // With a few inodes git comes further each time.
    for (let left = 0; left < 30; left += 3) {
      await rm(taken, { recursive: true });
      await mkdir(taken);
      await take(left);
      const refused = await add(again, `y${left}`, `${url}?${left}`);
      const { type } = problem.parse(await refused.json());
      t.regex(type, /internal|store_unavailable|no_room/, `${left} inodes left`);
    }
    await rm(taken, { recursive: true });
    t.is(await statusOf(again, '/readyz'), 200);
    await again.stop();
    await rm(env.DATA_DIR, { recursive: true });
  }
});

test.serial(
  'what a history of great size has taken is free again, and others are added',
  async (t) => {
    const disk = await smallDisk(t, 'size=100m');
    if (disk === undefined) return;
    const { server, remote, repository, root } = await startedForLong(t, {
      DATA_DIR: join(disk, 'data'),
      MIN_FREE_DISK_BYTES: '30000000',
    });
    const lines: string[] = [];
    for (let number = 0; number < 30_000; number++) {
      const message = `${number} ${'🦫'.repeat(990)}`;
      lines.push(
        `commit refs/heads/main\ncommitter ${number} <a@example.org> ${1_700_000_000 + number} +0000\ndata ${Buffer.byteLength(message)}\n${message}`,
      );
    }
    await execa('git', ['-C', repository.path, 'fast-import', '--quiet'], {
      input: lines.join('\n'),
    });
    await execa('git', ['init', '-q', '--bare', '--initial-branch=main', join(root, 'y.git')]);
    await execa('git', ['-C', join(root, 'y.git'), 'fast-import', '--quiet'], {
      input: lines.slice(0, 10).join('\n'),
    });

    const { bavail, bsize } = await statfs(disk);
    const refused = await add(server, 'x', `${remote.origin}/x.git`);
    t.is(refused.status, 503);
    t.is(problem.parse(await refused.json()).type, '/problems/no_room');
    t.is(await statusOf(server, '/readyz'), 200);
    await until(async () => {
      const now = await statfs(disk);
      return now.bavail * now.bsize > bavail * bsize - 2_000_000;
    });
    t.is((await add(server, 'y', `${remote.origin}/y.git`)).status, 200);
    t.is((await server.stop()).exitCode, 0);
  },
);
