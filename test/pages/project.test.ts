import { inBrowser, scrollsSideways, violations } from '../kit/browser.ts';
import { readList } from '../kit/json.ts';
import { follow, namesOn, patience, withHistory } from './project-page.ts';
import { add, startedApp } from '../kit/running-server.ts';

for (const javaScriptEnabled of [true, false]) {
  const how = javaScriptEnabled ? 'with' : 'without';
  inBrowser(`a history is narrowed and read to its end, ${how} JavaScript`, async (t, open) => {
    const { server } = await withHistory(t, 950);
    const page = await open({ javaScriptEnabled });
    await page.goto(`${server.url}/list/x`);
    t.is((await namesOn(page)).length, 100);
    await page.getByLabel('Message contains').fill('ADD');
    await follow(page, page.getByRole('button', { name: 'Filter' }));
    t.regex(page.url(), /[?&]q=ADD\b/);
    const found: (string | null)[] = [];
    for (;;) {
      const names = await namesOn(page);
      found.push(...names);
      t.is(await page.locator('mark').count(), names.length);
      const older = page.getByRole('link', { name: 'Older →' }).first();
      if ((await older.count()) === 0) break;
      await follow(page, older);
    }
    const all = await fetch(`${server.url}/api/v1/projects/x/commits?q=add&limit=1000`);
    t.deepEqual(
      found,
      readList(await all.text()).map(({ sha }) => sha),
    );
    t.true(found.length > 100);
    await follow(page, page.getByRole('link', { name: 'Newest' }).first());
    t.deepEqual(await namesOn(page), found.slice(0, 100));
    await follow(page, page.getByRole('link', { name: 'All commits' }));
    await follow(page, page.getByRole('link', { name: 'Oldest' }).first());
    t.is((await namesOn(page)).length, 50);
    t.is(await page.locator('button.copy').count(), javaScriptEnabled ? 51 : 0);
  });
}

inBrowser(
  'what commits say is shown as text, however hostile, on a narrow dark page',
  async (t, open) => {
    const { server, remote, repository } = await startedApp(t, {}, { timeout: patience });
    const script = '<script>document.title = "owned"</script><img src=x onerror="alert(1)">{{7*7}}';
    const word = 'w'.repeat(10_000);
    const turned = 'user \u202egnp.exe';
    let parents: readonly string[] = [];
    for (const message of [script, word, turned]) {
      const commit = {
        message: `${message}\n\n${message}\n`,
        author: `${message.slice(0, 150)} <a@b>`,
      };
      parents = [await repository.commit({ ...commit, parents })];
    }
    await repository.branch('main', parents[0] ?? '');
    await add(server, 'x', `${remote.origin}/x.git`);
    const page = await open({ colorScheme: 'dark', viewport: { width: 320, height: 600 } });
    page.on('dialog', () => t.fail('a script of a commit has run'));
    await page.goto(`${server.url}/list/x`);
    const subjects = page.locator('a.subject');
    t.is(await subjects.nth(2).textContent(), script);
    t.is(await subjects.nth(0).textContent(), turned);
    t.is(await subjects.nth(0).locator('bdi').count(), 1);
    t.false(await scrollsSideways(page));
    t.deepEqual(await violations(page), []);
    for (const index of [0, 1, 2]) {
      await page.goto(`${server.url}/list/x`);
      await subjects.nth(index).click();
      await page.locator('pre.message').waitFor();
      const message = [turned, word, script][index] ?? '';
      t.is(await page.locator('pre.message').textContent(), message);
      t.is(await page.locator('main img, main script').count(), 0);
      t.false(await scrollsSideways(page), message.slice(0, 20));
      t.notRegex(await page.title(), /^owned/);
      t.deepEqual(await violations(page), []);
    }
  },
);
