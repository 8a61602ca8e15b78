import type { ExecutionContext } from 'ava';
import type { Locator, Page } from 'playwright-core';
import { inBrowser, scrollsSideways, violations } from '../helpers/browser.ts';
import { readList } from '../helpers/json.ts';
import { add, started, type Started } from '../helpers/started.ts';

/** How long a test may take where all others run too, in milliseconds. */
const patience = 5 * 60_000;

/** The program with a project `x` of that many commits. */
async function withHistory(t: ExecutionContext, count: number): Promise<Started> {
  const all = await started(t, {}, { timeout: patience });
  await all.repository.linear(count);
  const { status } = await add(all.server, 'x', `${all.remote.origin}/x.git`);
  t.is(status, 200);
  return all;
}

/** The names of the commits on the page. */
async function namesOn(page: Page): Promise<readonly (string | null)[]> {
  const rows = await page.locator('[data-sha]').all();
  return Promise.all(rows.map((row) => row.getAttribute('data-sha')));
}

/** Follows a link or sends a form, and waits for the page that comes, with its scripts. */
async function follow(page: Page, link: Locator): Promise<void> {
  const loaded = page.waitForEvent('load');
  await link.click();
  await loaded;
}

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
  'a field that cannot be read is marked, and what was written is kept',
  async (t, open) => {
    const { server } = await withHistory(t, 3);
    const page = await open();
    await page.goto(`${server.url}/list/x?since=yesterday&q=add`);
    const since = page.getByLabel('Since');
    t.is(await since.getAttribute('aria-invalid'), 'true');
    t.is(await since.inputValue(), 'yesterday');
    t.is(await page.getByLabel('Message contains').inputValue(), 'add');
    t.regex((await page.locator('#since-help').textContent()) ?? '', /^since is a time such as/);
  },
);

inBrowser('the whole name of a commit is copied, by mouse and by keyboard', async (t, open) => {
  const { server } = await withHistory(t, 3);
  const page = await open({ permissions: ['clipboard-read', 'clipboard-write'] });
  await page.goto(`${server.url}/list/x`);
  const [first, second] = await namesOn(page);
  await page.locator('[data-sha] button.copy').first().click();
  await page.getByText(`Copied ${first?.slice(0, 10)}`).waitFor();
  t.is(await page.evaluate('navigator.clipboard.readText()'), first ?? '');
  const button = page.getByRole('button', { name: `Copy ${second?.slice(0, 10)}` });
  await button.focus();
  await page.keyboard.press('Enter');
  await page.getByText(`Copied ${second?.slice(0, 10)}`).waitFor();
  t.is(await page.evaluate('navigator.clipboard.readText()'), second ?? '');
  t.is(await page.evaluate('document.activeElement.className'), 'copy done');
});

inBrowser('without the newer way to copy the older one is taken', async (t, open) => {
  const { server } = await withHistory(t, 1);
  const page = await open({ permissions: ['clipboard-read'] });
  await page.goto(`${server.url}/list/x`);
  const [name] = await namesOn(page);
  await page.evaluate('navigator.clipboard.writeText = () => Promise.reject(new Error("no"))');
  await page.locator('[data-sha] button.copy').click();
  await page.getByText(`Copied ${name?.slice(0, 10)}`).waitFor();
  t.is(await page.evaluate('navigator.clipboard.readText()'), name ?? '');
});

inBrowser('a day leads to the commits of that day', async (t, open) => {
  const { server } = await withHistory(t, 450);
  const page = await open();
  await page.goto(`${server.url}/list/x`);
  await follow(page, page.getByRole('link', { name: 'Oldest' }).first());
  const heading = page.locator('.day h3').first();
  const id = (await page.locator('.day').first().getAttribute('id')) ?? '';
  const wanted = await heading.textContent();
  await page.goto(`${server.url}/list/x`);
  await page.getByLabel('Go to a day').fill(id.replace('on-', ''));
  await follow(page, page.getByRole('button', { name: 'Go', exact: true }));
  t.regex(page.url(), /cursor=/);
  t.is(new URL(page.url()).hash, `#${id}`);
  t.is(await page.locator(`#${id} h3`).textContent(), wanted);
  t.true(await page.locator(`#${id} h3`).isVisible());
  const [box, height] = [await page.locator(`#${id}`).boundingBox(), 800];
  t.true(box !== null && box.y < height);
});

inBrowser(
  'what commits say is shown as text, however hostile, on a narrow dark page',
  async (t, open) => {
    const { server, remote, repository } = await started(t, {}, { timeout: patience });
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

inBrowser(
  'new commits are told of, and nothing moves before they are asked for',
  async (t, open) => {
    const { server, remote, repository } = await withHistory(t, 130);
    const page = await open();
    await page.goto(`${server.url}/list/x`);
    const news = page.locator('.news');
    t.is(await news.textContent(), '');
    t.is(await news.getAttribute('role'), 'status');
    const before = await page.locator('[data-sha]').first().boundingBox();
    await repository.linear(2);
    await add(server, 'x', `${remote.origin}/x.git`);
    const link = page.getByRole('link', { name: 'Show them' });
    await link.waitFor();
    t.deepEqual(await page.locator('[data-sha]').first().boundingBox(), before);
    await link.click();
    await page.getByText('Commits 1 to 100 of 132, newest first').waitFor();
    t.is(await news.textContent(), '');
  },
);

inBrowser('all of a page can be reached and seen by keyboard', async (t, open) => {
  const { server } = await withHistory(t, 3);
  const page = await open();
  await page.goto(`${server.url}/list/x`);
  await page.keyboard.press('Tab');
  t.is(await page.evaluate('document.activeElement.textContent'), 'Skip to the content');
  await page.keyboard.press('Enter');
  const reached = new Set<string>();
  for (let step = 0; step < 60; step++) {
    await page.keyboard.press('Tab');
    const seen = await page.evaluate(`(() => {
      const element = document.activeElement;
      if (element === document.body) return 'the end';
      const { outlineStyle, boxShadow, maskImage, backgroundColor } = getComputedStyle(element);
      const isSeen = outlineStyle !== 'none' || boxShadow !== 'none' || element.matches('summary');
      return (isSeen ? '' : 'unseen: ') + (element.className || element.name || element.textContent.trim());
    })()`);
    if (seen === 'the end') break;
    reached.add(String(seen));
  }
  t.deepEqual(
    [...reached].filter((name) => name.startsWith('unseen')),
    [],
  );
  for (const name of ['q', 'author', 'since', 'until', 'subject', 'copy', 'Authors']) {
    t.true(reached.has(name), `${name}: ${[...reached].join()}`);
  }
  await page.locator('a.subject').first().focus();
  await page.keyboard.press('Enter');
  await page.waitForURL(/\/commit\/x\//);
});
