import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { identify, killGroup, killProcess } from '../../../adapters/process/process-identity.ts';
import { pretendedGit } from '../../kit/pretended-git.ts';
import { until } from '../../kit/until.ts';

/**
 * Run as the first process of a PID namespace, in which it says which number the next process gets, and in which no signal
 * leaves it. Prints what became of those that got the number of a process that had ended.
 * @see https://docs.kernel.org/admin-guide/sysctl/kernel.html, `ns_last_pid`
 */

const directory = process.argv[2] ?? '';

function startSleep() {
  const child = spawn('sleep', ['600'], { detached: true, stdio: 'ignore' });
  const { pid } = child;
  if (pid === undefined) throw new Error('sleep could not be started');
  return { child, pid, exited: once(child, 'exit') };
}

/** Starts a process under a number; undefined where it is not to be had. A thread that begins at that moment may take it. */
async function startStranger(pid: number) {
  for (let attempt = 0; attempt < 20; attempt++) {
    await writeFile('/proc/sys/kernel/ns_last_pid', String(pid - 1));
    const stranger = startSleep();
    if (stranger.pid === pid) return stranger;
    stranger.child.kill('SIGKILL');
    await stranger.exited;
  }
  return undefined;
}

/** What ends a process: SIGTERM where nothing has before. */
async function endOf(stranger: Awaited<ReturnType<typeof startStranger>>) {
  stranger?.child.kill('SIGTERM');
  await stranger?.exited;
  return stranger?.child.signalCode;
}

async function afterAnEnd() {
  const { child, pid, exited } = startSleep();
  const identity = identify(pid);
  child.kill('SIGKILL');
  await exited;
  const stranger = await startStranger(pid);
  return {
    isProcessKilled: killProcess(identity),
    isGroupKilled: killGroup(identity),
    strangerEndedBy: await endOf(stranger),
  };
}

async function whileTheGroupIsThere() {
  const leader = spawn('sh', ['-c', 'sleep 600 & exit'], { detached: true, stdio: 'ignore' });
  const identity = identify(leader.pid ?? 0);
  await once(leader, 'exit');
  const stranger = await startStranger(identity.pid);
  return { isNumberGiven: stranger !== undefined, isGroupKilled: killGroup(identity) };
}

/** A git that has ended and left something behind, which left its group and holds its pipes. */
async function afterAGit() {
  const script = `#!/bin/sh
    setsid sh -c 'echo > ready; exec sleep 600' &
    while [ ! -e ready ]; do sleep 0.01; done
    echo $$ > number
  `;
  const git = await pretendedGit(directory, script);
  const ending = new AbortController();
  const running = git.start({ args: [], cwd: directory, signal: ending.signal });
  running.stdout.resume();
  const number = async () =>
    Number(await readFile(join(directory, 'number'), 'utf8').catch(() => ''));
  await until(async () => (await number()) > 0);
  const pid = await number();
  await until(() => Promise.resolve(identify(pid).startTime === undefined));
  const stranger = await startStranger(pid);
  running.kill();
  ending.abort();
  git.killAll();
  return { strangerEndedBy: await endOf(stranger) };
}

async function ofNoProcess() {
  const bystander = startSleep();
  const numbers = [0, 1, -1, NaN, 2.5];
  const killed = numbers.filter((pid) => {
    const identity = { pid, startTime: identify(pid).startTime ?? '0' };
    return killProcess(identity) || killGroup(identity);
  });
  return { killed, bystanderEndedBy: await endOf(bystander) };
}

process.stdout.write(
  JSON.stringify({
    afterAnEnd: await afterAnEnd(),
    whileTheGroupIsThere: await whileTheGroupIsThere(),
    afterAGit: await afterAGit(),
    ofNoProcess: await ofNoProcess(),
  }),
);
// With the first process of the namespace all others end.
process.exit();
