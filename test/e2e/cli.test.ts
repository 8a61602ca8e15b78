import { join } from 'node:path';
import test from 'ava';
import { awkwardRepository } from '../kit/awkward-repository.ts';
import { startLogRemote } from './log-remote.ts';
import { git, runGit } from '../kit/git.ts';
import { leftOver, processesWithArgument } from '../kit/processes.ts';
import { program, programInShell } from '../kit/program.ts';
import { createRepository } from '../kit/repository.ts';

/** What the earlier program printed: `git log` of a full clone. */
async function fullLog(root: string, origin: string): Promise<string> {
  const clone = join(root, 'clone');
  await git(root, ['clone', '--quiet', '--no-checkout', `${origin}/x.git`, clone]);
  const { stdout } = await runGit(clone, [
    'log',
    '--abbrev=10',
    '--pretty=format:%h - %an, %ad : %s',
  ]);
  return `${stdout.toString('latin1')}\n`;
}

/** Cut, so that a difference can be looked at. */
const lines = (text: string) => text.split('\n').map((line) => line.slice(0, 500));

test('log prints byte for byte what git log prints in a full clone', async (t) => {
  const { root, server, env, left } = await startLogRemote(t);
  const { repository, printable } = await awkwardRepository(join(root, 'x.git'));
  await repository.branch('main', printable);
  const { stdout, stderr, exitCode } = await program(['log', `${server.origin}/x.git`], { env });
  const expected = await fullLog(root, server.origin);
  t.deepEqual(lines(stdout), lines(expected));
  t.true(stdout === expected);
  t.is(stderr, '');
  t.is(exitCode, 0);
  t.deepEqual(await left(), []);
});

test('log goes on where git log dies of a date, and prints none for it', async (t) => {
  const { root, server, env } = await startLogRemote(t);
  const { commits } = await awkwardRepository(join(root, 'x.git'));
  const { stdout, exitCode } = await program(['log', `${server.origin}/x.git`], { env });
  t.is(exitCode, 0);
  t.is(lines(stdout).length, commits.size + 1);
  const sha = commits.get('a local time before 1970') ?? '';
  const line = lines(stdout).find((text) => text.startsWith(`${sha.slice(0, 10)} - `));
  t.regex(line ?? '', /,  : /);
});

test('log of an empty repository prints nothing and succeeds', async (t) => {
  const { root, server, env } = await startLogRemote(t);
  await createRepository(join(root, 'x.git'));
  const { stdout, stderr, exitCode } = await program(['log', `${server.origin}/x.git`], { env });
  t.is(stdout.length + stderr.length, 0);
  t.is(exitCode, 0);
});

test('a failed fetch is one clear line and exit code 1', async (t) => {
  const { server, env, left } = await startLogRemote(t);
  const missing = await program(['log', `${server.origin}/missing.git`], { env });
  t.is(missing.exitCode, 1);
  t.regex(missing.stderr, /^error: There is no repository at that url[^\n]*\n$/);
  const late = await program(['log', `${server.origin}/hang/x.git`], {
    env: { ...env, FETCH_TIMEOUT_SECONDS: '1' },
  });
  t.is(late.exitCode, 1);
  t.regex(late.stderr, /^error: .*FETCH_TIMEOUT_SECONDS[^\n]*\n$/);
  t.deepEqual(await left(), []);
});

test('a wrong call says how to call, with exit code 2', async (t) => {
  for (const args of [['log'], ['log', 'a', 'b'], ['lag', 'x'], ['log', '--all', 'x'], []]) {
    const { exitCode, stderr } = await program(args);
    t.is(exitCode, 2, args.join(' '));
    t.regex(stderr, /Usage: git-monitoring-server/, args.join(' '));
  }
  const { exitCode, stderr } = await program(['log', 'ssh://example.org/x.git']);
  t.is(exitCode, 2);
  t.regex(stderr, /begins with http/);
});

test('help and version are printed and succeed', async (t) => {
  const help = await program(['serve', '--help']);
  t.is(help.exitCode, 0);
  t.regex(help.stdout, /FETCH_TIMEOUT_SECONDS/);
  const version = await program(['--version']);
  t.is(version.exitCode, 0);
  t.regex(version.stdout, /^\d+\.\d+\.\d+\n$/);
});

test('a reader that has seen enough ends log quietly', async (t) => {
  const { root, server, env, left } = await startLogRemote(t);
  await (await createRepository(join(root, 'x.git'))).linear(20_000);
  const { stdout, stderr } = await programInShell(
    ['log', `${server.origin}/x.git`],
    '| head -n 1',
    { env },
  );
  t.is(stdout.split('\n').length, 2);
  t.is(stderr, '');
  t.deepEqual(await left(), []);
  t.deepEqual(await leftOver(() => processesWithArgument(server.origin)), []);
});

test('Ctrl-C ends log and leaves no process and no directory', async (t) => {
  const { server, env, left } = await startLogRemote(t);
  const running = program(['log', `${server.origin}/hang/x.git`], { env });
  await server.nextRequest();
  running.kill('SIGINT');
  const { exitCode, stderr } = await running;
  t.is(exitCode, 130);
  t.is(stderr, '');
  t.deepEqual(await left(), []);
  t.deepEqual(await leftOver(() => processesWithArgument(server.origin)), []);
});

/** Runs log on a terminal of its own (`script`, of util-linux), and gives what the terminal got. */
function onTerminal(url: string, env: Readonly<Record<string, string>>) {
  return programInShell(['log', url], '', { env, terminal: true });
}

test('on a terminal log shows progress, and nothing of a commit can command it', async (t) => {
  const { root, server, env, left } = await startLogRemote(t);
  const repository = await createRepository(join(root, 'x.git'));
  const tip = await repository.commit({ message: 'evil \u001b[2J title\n' });
  await repository.branch('main', tip);
  const { stdout, exitCode } = await onTerminal(`${server.origin}/x.git`, env);
  t.is(exitCode, 0);
  const [, ...shown] = stdout.split('\r\u001b[K');
  t.true(shown.some((line) => line.startsWith('Receiving commits  100 %')));
  t.regex(shown.at(-1) ?? '', /^[0-9a-f]{10} - Ada Example, .* : evil \\u001b\[2J title\r\n$/);
  t.deepEqual(await left(), []);
});

test('Ctrl-C on a terminal leaves no process and no directory either', async (t) => {
  const { server, env, left } = await startLogRemote(t);
  const running = onTerminal(`${server.origin}/hang/x.git`, env);
  await server.nextRequest();
  running.stdin?.write('\u0003');
  const { exitCode } = await running;
  t.is(exitCode, 130);
  t.deepEqual(await left(), []);
  t.deepEqual(await leftOver(() => processesWithArgument(server.origin)), []);
});
