import { appendFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { z } from 'zod';
import { createRepository } from '../kit/repository.ts';
import { add, startedApp } from '../kit/running-server.ts';

const names = [
  'größe',
  'ветка/главная',
  'κύριος-κλάδος',
  'ענף-ראשי',
  'الفرع-الرئيسي',
  'मुख्य-शाखा',
  'สาขาหลัก',
  '主分支',
  'メインブランチ',
  '메인-브랜치',
  'e\u0301tude-with-combining-marks',
  'release-🚀-👩‍💻',
  `long/${'ß'.repeat(100)}/${'漢'.repeat(80)}`,
];

test('a default branch is shown as it is called in every script, in the API, on pages and as a label', async (t) => {
  const { server, remote, root } = await startedApp(t);
  /** Adds a repository with this one branch. HEAD is written by hand, for no argument holds a byte that is no UTF-8. */
  const addWithBranch = async (project: string, branch: Buffer, head = branch) => {
    const { path, commit } = await createRepository(join(root, `${project}.git`));
    const tip = await commit();
    const prefix = 'refs/heads/';
    await appendFile(
      join(path, 'packed-refs'),
      Buffer.concat([Buffer.from(`${tip} ${prefix}`), branch, Buffer.from('\n')]),
    );
    await writeFile(
      join(path, 'HEAD'),
      Buffer.concat([Buffer.from(`ref: ${prefix}`), head, Buffer.from('\n')]),
    );
    t.is((await add(server, project, `${remote.origin}/${project}.git`)).status, 200, project);
  };
  const shown = async (project: string) => {
    const [answer, page] = await Promise.all([
      fetch(`${server.url}/api/v1/projects/${project}`),
      fetch(`${server.url}/list/${project}`),
    ]);
    const { defaultBranch } = z.object({ defaultBranch: z.string() }).parse(await answer.json());
    return { defaultBranch, page: await page.text() };
  };

  const byName = names.map((name, index) => [`p${index}`, name] as const);
  await Promise.all(byName.map(([project, name]) => addWithBranch(project, Buffer.from(name))));
  // HEAD names nothing here, so the branch is learned by a listing.
  await addWithBranch('listed', Buffer.from('größe'), Buffer.from('none'));
  await addWithBranch('invalid', Buffer.from('caf\xe9-\xff', 'latin1'));

  const expected = new Map([...byName, ['listed', 'größe'], ['invalid', 'caf\uFFFD-\uFFFD']]);
  const metrics = await (await fetch(`${server.url}/metrics`)).text();
  for (const [project, name] of expected) {
    const { defaultBranch, page } = await shown(project);
    t.is(defaultBranch, name);
    t.true(page.includes(`<bdi>${name}</bdi>`), name);
    const { host } = new URL(remote.origin);
    const label = `gitmon_project_info{project="${project}",host="${host}",default_branch="${name}"} 1`;
    t.true(metrics.includes(label), label);
  }
});
