import { inBrowser, scrollsSideways, violations } from '../kit/browser.ts';
import { patience } from './project-page.ts';
import { add, startedApp } from '../kit/running-server.ts';

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
