import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { execa } from 'execa';
import { findProgram } from '../../adapters/git/check-git.ts';
import { readEndless } from '../kit/curl.ts';
import { createEffectiveBassoon } from './effective-bassoon.ts';
import { readObject } from '../kit/json.ts';
import { startedApp } from '../kit/running-server.ts';

const readme = await readFile(new URL('../../README.md', import.meta.url), 'utf8');

/** Runs commands of the README against a server and a git server of their own; undefined where there is no curl. */
async function terminal(t: ExecutionContext) {
  if (findProgram('curl', process.env['PATH'] ?? '') === undefined) {
    t.log(`left out: "${t.title}", for there is no curl on this machine`);
    t.pass();
    return undefined;
  }
  const { server, remote, root } = await startedApp(t);
  t.is(
    await createEffectiveBassoon(join(root, 'effective-bassoon.git')),
    'f0d276bd352db95fd5c7547b3f8f61c9368d41ec',
  );
  await createEffectiveBassoon(join(root, 'spark.git'));
  const places: readonly (readonly [shown: string, real: string])[] = [
    ['http://127.0.0.1:5000', server.url],
    ['https://github.com/joaopccosta', remote.origin],
    ['https://github.com/apache', remote.origin],
    ['https://github.com/nobody', `${remote.origin}/nobody`],
  ];
  return async (command: string) => {
    const here = places.reduce((text, [shown, real]) => text.replaceAll(shown, real), command);
    const { stdout } = await execa('sh', ['-c', here], { reject: false });
    return places.reduce((text, [shown, real]) => text.replaceAll(real, shown), stdout);
  };
}

test("the README's curl prints what stands under it", async (t) => {
  const run = await terminal(t);
  if (run === undefined) return;
  const blocks = [...readme.matchAll(/```console\n(.*?)```/gs)].map(([, block = '']) => block);
  const examples = blocks
    .flatMap((block) => block.split(/^\$ /m))
    .filter((example) => example.startsWith('curl'))
    .map((example) => [
      example.slice(0, example.indexOf('\n')),
      example.slice(example.indexOf('\n') + 1).trim(),
    ]);
  t.true(examples.length >= 4, String(examples.length));
  for (const [command = '', shown = ''] of examples) {
    const [curl = '', filter] = command.split(' | jq ');
    const printed = readObject(await run(curl.replace('curl', 'curl -s')));
    t.true(filter === undefined || filter === "'.commits[0]'", filter);
    t.deepEqual(
      filter === undefined ? printed : newest(printed['commits']),
      JSON.parse(shown),
      command,
    );
  }
});

const newest = (commits: unknown): unknown => (Array.isArray(commits) ? commits[0] : undefined);

/** What each example of the API answers, in the README's order: its status, and what its answer holds. */
const answers: readonly (readonly [status: string, holds: RegExp])[] = [
  ['201', /"name":"bassoon".*"commits":2,/],
  ['200', /^\[\{"name":"bassoon"/],
  ['200', /^\{"name":"bassoon".*"state":"up"/],
  ['200', /^\[\{"hash":"f0d276bd35"[^[]*"parents":\[[^\]]*\]\}\]/],
  ['200', /"sha":"f0d276bd352db95fd5c7547b3f8f61c9368d41ec".*"signed":true/],
  ['200', /^\{"buckets":\[\{"start":1561939200,"commits":2\}\]/],
  ['200', /^\[\]/],
  ['202', /location: \/api\/v1\/jobs\/.*"project":"bassoon"/is],
  ['202', /preference-applied: respond-async.*"project":"spark"/is],
  ['200', /^: |^id: |^\s/],
  ['200', /^<\?xml[^]*<title type="text">Update README\.md</],
  ['204', /^/],
];

test("the README's examples of the API work as they stand there", async (t) => {
  const run = await terminal(t);
  if (run === undefined) return;
  const [, block = ''] = /```sh\n(api=.*?)```/s.exec(readme) ?? [];
  const [prefix = '', ...commands] = block.trim().split('\n');
  t.is(commands.length, answers.length);
  for (const [index, command] of commands.entries()) {
    const [status, holds] = answers[index] ?? ['', /^$/];
    const curl = (seconds: number) =>
      run(`${prefix}\n${command.replace(/^curl/, `curl -s -m ${seconds} -w '\\n%{http_code}'`)}`);
    const printed = await (command.includes('-N') ? readEndless(curl) : curl(60));
    t.is(printed.split('\n').at(-1), status, `${command}\n${printed}`);
    t.regex(printed, holds, command);
  }
});
