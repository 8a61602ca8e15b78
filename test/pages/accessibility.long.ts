import type { Page } from 'playwright-core';
import { inBrowser, scrollsSideways, violations } from '../kit/browser.ts';
import { startGitRepository } from '../kit/git-remote.ts';
import { startProgram } from '../kit/program.ts';
import { temporaryDirectory } from '../kit/temporary-directory.ts';
import { looks } from './looks.ts';

const token = 'sEcret-1';

/** A server with a project that is up and one that fails; who changes something takes the token. */
async function serving(t: Parameters<typeof temporaryDirectory>[0]) {
  const { server: remote, repository } = await startGitRepository(t);
  await repository.linear(150);
  const env = { DATA_DIR: await temporaryDirectory(t), ACCESS_TOKEN: `ada:${token}` };
  const server = await startProgram(env, { timeout: 5 * 60_000 });
  t.teardown(() => server.stop('SIGKILL'));
  const url = `${remote.origin}/x.git`;
  const headers = { authorization: `Bearer ${token}` };
  const send = (name: string) =>
    fetch(`${server.url}/add/${name}`, { method: 'POST', body: url, headers });
  await send('long-name-of-a-project-that-nobody-would-ever-choose-but-somebody-will.x');
  await send('spark');
  remote.answers.set('x.git', async ({ response }) => void response.writeHead(404).end());
  await send('spark');
  return server;
}

/** Every page of these handlers, and what it is reached by. */
const pages = [
  '/status',
  '/api',
  '/json/spark',
  '/login',
  '/list/sparc',
  '/list/-',
  '/nothing',
  '/json/spark?cursor=x',
] as const;

async function tabTo(page: Page, selector: string): Promise<void> {
  for (let presses = 0; presses < 40; presses++) {
    await page.keyboard.press('Tab');
    if ((await page.locator(`${selector}:focus`).count()) > 0) return;
  }
  throw new Error(`${selector} is not reached by the Tab key`);
}

for (const { colorScheme, widths } of looks(320, 2560)) {
  inBrowser(
    `axe finds nothing, and nothing is wider than a phone, ${colorScheme}`,
    async (t, open) => {
      const server = await serving(t);
      for (const width of widths) {
        const page = await open({ colorScheme, viewport: { width, height: 800 } });
        for (const path of pages) {
          await page.goto(server.url + path);
          t.deepEqual(await violations(page), [], path);
          t.false(await scrollsSideways(page), path);
        }
      }
    },
  );
}

inBrowser('a person without JavaScript logs in, adds, and logs out', async (t, open) => {
  const server = await serving(t);
  const page = await open({ javaScriptEnabled: false });
  for (const path of pages) {
    await page.goto(server.url + path);
    t.is(await page.locator('h1').count(), 1, path);
  }
  await page.goto(`${server.url}/login`);
  await page.getByLabel('Token').fill('wrong');
  await page.getByRole('button', { name: 'Log in' }).click();
  await page.getByText('That is no token of this server.').waitFor();
  await page.getByLabel('Token').fill(token);
  await page.getByRole('button', { name: 'Log in' }).click();
  t.is(new URL(page.url()).pathname, '/');
  await page.getByRole('link', { name: 'Status' }).click();
  await page.getByRole('link', { name: 'Log in or out' }).click();
  await page.getByText('You have logged in with the token ada.').waitFor();
  await page.getByRole('button', { name: 'Log out' }).click();
  t.is(await page.getByRole('button', { name: 'Log out' }).count(), 0);
  t.deepEqual(await page.context().cookies(), []);
});

inBrowser('the keyboard alone reaches everything, and shows where it is', async (t, open) => {
  const server = await serving(t);
  const page = await open({ viewport: { width: 360, height: 640 } });
  await page.goto(`${server.url}/login`);
  await page.keyboard.press('Tab');
  const skip = page.locator('a.skip:focus');
  t.true(((await skip.boundingBox())?.x ?? -1) >= 0);
  await tabTo(page, '#token');
  await page.keyboard.type(token);
  await page.keyboard.press('Enter');
  await page.waitForURL(`${server.url}/`);

  await page.goto(`${server.url}/api`);
  await tabTo(page, 'a[href="#getStats"]');
  await page.keyboard.press('Enter');
  t.is(new URL(page.url()).hash, '#getStats');
  const place = await page.locator('#getStats').boundingBox();
  t.true(place !== null && place.y >= 0 && place.y < 640, JSON.stringify(place));
  await page.locator('main pre').first().focus();
  const shown = `(() => {
    const { outlineStyle, outlineWidth, boxShadow } = getComputedStyle(document.activeElement);
    return (outlineStyle !== 'none' && outlineWidth !== '0px') || boxShadow !== 'none';
  })()`;
  t.true(await page.evaluate(shown));
});

inBrowser('from a mistyped name one click leads to the right one', async (t, open) => {
  const server = await serving(t);
  const page = await open();
  await page.goto(`${server.url}/list/sparc`);
  await page.getByRole('link', { name: 'spark', exact: true }).click();
  t.is(new URL(page.url()).pathname, '/list/spark');
});
