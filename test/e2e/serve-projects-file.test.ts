import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { pausedAnswer } from '../kit/paused-answer.ts';
import { program } from '../kit/program.ts';
import { add, startedApp } from '../kit/running-server.ts';
import { temporaryDirectory } from '../kit/temporary-directory.ts';

test('projects of a file are listed as pending until their history has arrived', async (t) => {
  const { answer: late, asked, open } = pausedAnswer();
  const { remote, server, repository } = await startedApp(t, async ({ origin, answers }) => {
    answers.set('held', late);
    const file = join(await temporaryDirectory(t), 'projects');
    await writeFile(file, `# What we watch\n\none ${origin}/x.git\ntwo ${origin}/held/x.git\n`);
    return { PROJECTS_FILE: file };
  });
  const tip = await repository.linear(2);
  await asked;

  const page = await (await fetch(server.url)).text();
  t.regex(page, /two[^]*pending/);
  for (const path of ['/json/two', '/list/two']) {
    const answer = await fetch(server.url + path);
    t.is(answer.status, 404);
    t.like(await answer.json(), { type: '/problems/pending_project' });
  }
  t.regex(
    await (await fetch(`${server.url}/metrics`)).text(),
    /^gitmon_projects\{state="pending"\} [12]$/m,
  );

  // Adding one that is being fetched already waits for that.
  const added = add(server, 'two', `${remote.origin}/held/x.git`);
  open();
  t.like(await (await added).json(), { name: 'two', tip });
  t.is((await fetch(`${server.url}/json/two`)).status, 200);
  t.regex(
    await (await fetch(`${server.url}/metrics`)).text(),
    /^gitmon_upstream_up\{project="two"\} 1$/m,
  );
});

test('a project of a file that cannot be fetched is logged, and stays pending', async (t) => {
  const { server } = await startedApp(t, async ({ origin }) => {
    const file = join(await temporaryDirectory(t), 'projects');
    await writeFile(file, `gone ${origin}/missing.git\n`);
    return { PROJECTS_FILE: file };
  });
  await server.logged(/"url":"[^"]*\/missing\.git","outcome":"not_found".*could not be refreshed/);
  t.regex(
    await (await fetch(`${server.url}/metrics`)).text(),
    /^gitmon_upstream_up\{project="gone"\} 0$/m,
  );
  t.is((await fetch(`${server.url}/list/gone`)).status, 404);
});

test('mistakes in a file of projects stop the start with a line each', async (t) => {
  const file = join(await temporaryDirectory(t), 'projects');
  await writeFile(
    file,
    'one https://example.org/x.git\n-two https://example.org/x.git\nthree ftp://x\n',
  );
  const { exitCode, stderr } = await program(['serve'], { env: { PROJECTS_FILE: file } });
  t.is(exitCode, 2);
  t.is(stderr.match(/^PROJECTS_FILE=.*: line [23]: A .*\.$/gm)?.length, 2);
});
