import { inBrowser } from '../kit/browser.ts';
import { follow, namesOn, withHistory } from './project-page.ts';
import { testReading } from './project-reading.ts';
import { add } from '../kit/running-server.ts';

testReading(true);
testReading(false);

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
  // First of all, since it is so for two seconds only.
  await page.locator('button.copy.done:focus').waitFor();
  await page.getByText(`Copied ${second?.slice(0, 10)}`).waitFor();
  t.is(await page.evaluate('navigator.clipboard.readText()'), second ?? '');
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
