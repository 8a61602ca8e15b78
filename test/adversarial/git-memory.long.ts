import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { attacks } from './hostile-transfers.ts';
import { memoryGroup } from './memory-group.ts';
import { gitsOf, leftOver, processesWith } from '../kit/processes.ts';
import { add, startedForLong } from '../kit/running-server.ts';
import { runningPid } from '../kit/signal.ts';

test.serial(
  'many gits that take all the memory they may end themselves, and not the server',
  async (t) => {
    t.timeout(300_000);
    const group = await memoryGroup(t, 1024 ** 3);
    if (group === undefined) {
      t.log('left out: a container of 1 GiB, since no cgroup can be made here');
      t.pass();
      return;
    }
    const { server, remote, repository, data } = await startedForLong(t, {
      FETCH_TIMEOUT_SECONDS: '30',
    });
    await repository.linear(3);
    t.is((await add(server, 'before', `${remote.origin}/x.git`)).status, 200);
    const worker = await processesWith(`GIT_MONITORING_SERVER=${data}`);
    for (const each of [server, ...worker]) {
      await writeFile(join(group.path, 'cgroup.procs'), String(runningPid(each)));
    }
    const name = 'deltas-unpack-to-hundreds-of-megabytes-each';
    remote.answers.set(name, attacks[name] ?? (() => {}));
    const attacked = Array.from({ length: 12 }, async (_, number) => {
      const answer = await add(server, `attack${number}`, `${remote.origin}/${name}/${number}`);
      return answer.status;
    });
    t.deepEqual([...new Set(await Promise.all(attacked))], [500]);
    t.log(`${await group.oomKills()} gits were killed`);
    t.is((await fetch(`${server.url}/healthz`)).status, 200);
    // Neither was the process that runs git.
    t.deepEqual(await leftOver(() => gitsOf(data)), []);
    t.deepEqual(await processesWith(`GIT_MONITORING_SERVER=${data}`), worker);
    t.is((await add(server, 'after', `${remote.origin}/x.git`)).status, 200);
    await server.stop();
  },
);
