// Runs the main job on real repositories: `npm run test:real -- DIR`, where DIR holds bare clones, `redis.git` and the
// like. They are served by git's own http-backend on loopback, added by POST, read as JSON and page, printed by the
// command line, and each commit is compared with what `git log` prints in the clone itself.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { z } from 'zod';
import { authorLimit, truncate, messageLimit, type Commit } from '../../domain/commit.ts';
import { startGitServer } from '../kit/git-server.ts';
import { runGit } from '../kit/git.ts';
import { program, startProgram, type RunningServer } from '../kit/program.ts';

const history = z.object({ commits: z.array(z.unknown()) });

const [given] = process.argv.slice(2);
if (given === undefined) {
  console.error('usage: npm run test:real -- DIR   (a directory of bare clones)');
  process.exit(2);
}
const directory = resolve(given);
const clones = (await readdir(directory)).filter((name) => name.endsWith('.git'));
const remote = await startGitServer(directory);
const tmp = await mkdtemp(join(tmpdir(), 'gitmon-real-'));
const server = await startProgram({ DATA_DIR: tmp });
let failed = 0;
try {
  for (const clone of clones) {
    try {
      await check(clone, server);
    } catch (error) {
      failed++;
      console.log(`${clone}  FAILED  ${error instanceof Error ? error.message : String(error)}`);
    }
  }
} finally {
  await server.stop();
  await remote.close();
  assert.deepEqual(await readdir(join(tmp, 'tmp')), []);
  await rm(tmp, { recursive: true });
}
console.log(`${clones.length - failed} passed, ${failed} failed`);
process.exitCode = failed === 0 && clones.length > 0 ? 0 : 1;

async function check(clone: string, { url }: RunningServer): Promise<void> {
  const path = join(directory, clone);
  const name = clone.replace(/\.git$/, '');
  const origin = `${remote.origin}/${clone}`;

  const begin = performance.now();
  const added = await fetch(`${url}/add/${name}`, { method: 'POST', body: origin });
  const milliseconds = Math.round(performance.now() - begin);
  assert.equal(added.status, 200, await added.clone().text());

  const json = await (await fetch(`${url}/json/${name}`)).text();
  const { commits } = history.parse(JSON.parse(json));
  const expected = await logOf(path);
  assert.equal(commits.length, expected.length);
  for (const [index, commit] of commits.entries()) assert.deepEqual(commit, expected[index]);

  const page = await (await fetch(`${url}/list/${name}`)).text();
  assert.equal(page.match(/ data-sha=/g)?.length ?? 0, Math.min(100, commits.length));

  const { output, peak } = await print(origin);
  const { stdout } = await runGit(path, [
    'log',
    '--abbrev=10',
    '--pretty=format:%h - %an, %ad : %s',
  ]);
  // git log has nothing to print of an empty repository, not even a line end.
  const printed = stdout.length === 0 ? '' : `${stdout.toString('latin1')}\n`;
  assert.ok(output === printed, 'the command line prints something else than git log');
  console.log(
    `${clone}  ${commits.length} commits, added in ${milliseconds} ms, printed with ${peak} MB at most`,
  );
}

/** Every commit as `git log` prints it in the clone, cut as the server cuts. */
async function logOf(path: string): Promise<readonly Commit[]> {
  const { stdout } = await runGit(path, [
    'log',
    '--no-mailmap',
    '-z',
    '--format=%H%x00%P%x00%an%x00%ad%x00%at%x00%ct%x00%s',
  ]);
  const texts = stdout.toString('utf8').split('\0');
  const commits: Commit[] = [];
  for (let start = 0; start + 7 <= texts.length; start += 7) {
    const [sha = '', parents = '', author = '', date = '', authored, committed, message = ''] =
      texts.slice(start, start + 7);
    commits.push({
      hash: sha.slice(0, 10),
      author: truncate(author, authorLimit),
      date,
      message: truncate(message, messageLimit),
      sha,
      authoredAt: Number(authored),
      committedAt: Number(committed),
      parents: parents.split(' ').filter(Boolean),
    });
  }
  return commits;
}

/** Prints a history by the command line, and gives the most memory it had resident, in megabytes. */
async function print(url: string): Promise<{ output: string; peak: number }> {
  const running = program(['log', url]);
  let peak = 0;
  running.stdout.on('data', () => {
    const status = readFileSync(`/proc/${running.pid}/status`, 'utf8');
    peak = Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1] ?? peak * 1000) / 1000;
  });
  const { stdout, exitCode, stderr } = await running;
  assert.equal(exitCode, 0, stderr);
  return { output: stdout, peak: Math.round(peak) };
}
