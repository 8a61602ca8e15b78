import { AxeBuilder } from '@axe-core/playwright';
import test, { type ExecutionContext } from 'ava';
import { chromium, type Browser, type BrowserContextOptions, type Page } from 'playwright-core';
import { debianProgram } from './debian-package.ts';

/** Opens a tab of its own, with nothing of another one's: cookies, zone, colours and so on. */
export type Open = (options?: BrowserContextOptions) => Promise<Page>;

/** One for all tests of a file, started by the first of them. */
let starting: Promise<Browser | { readonly missing: string }> | undefined;

async function launchChromium(): Promise<Browser | { readonly missing: string }> {
  const given = process.env['CHROMIUM_PATH'];
  const found = given === undefined ? await debianProgram('chromium') : { path: given };
  if ('missing' in found) return found;
  return chromium.launch({
    executablePath: found.path,
    args: ['--no-sandbox', '--disable-dev-shm-usage', '--disable-gpu'],
    timeout: 120_000,
  });
}

/**
 * A test in Debian's Chromium, or the one that CHROMIUM_PATH names; where there is none, the report says that the test
 * was left out. It fails too where a script fails, or does what the Content-Security-Policy forbids.
 */
export function inBrowser(
  title: string,
  run: (t: ExecutionContext, open: Open) => Promise<void>,
): void {
  // One after the other: each has a server and a window of its own, and a machine has few cores.
  test.serial(title, async (t) => {
    t.timeout(5 * 60_000);
    starting ??= launchChromium();
    const browser = await starting;
    if ('missing' in browser) {
      t.log(`left out: "${title}", for want of ${browser.missing}`);
      t.pass();
      return;
    }
    const troubles: string[] = [];
    await run(t, async (options) => {
      const context = await browser.newContext({
        locale: 'en-GB',
        timezoneId: 'UTC',
        viewport: { width: 1280, height: 800 },
        reducedMotion: 'reduce',
        ...options,
      });
      context.setDefaultTimeout(60_000);
      t.teardown(() => context.close());
      context.on('weberror', (failure) => troubles.push(String(failure.error())));
      context.on('console', (message) => {
        if (/Content Security Policy/i.test(message.text())) troubles.push(message.text());
      });
      context.on('requestfailed', (request) => {
        const reason = request.failure()?.errorText ?? '';
        // Whoever leaves a page ends what it still loads.
        if (request.resourceType() === 'stylesheet' && reason !== 'net::ERR_ABORTED')
          troubles.push(`${request.url()}: ${reason}`);
      });
      context.on('response', (response) => {
        if (response.request().resourceType() === 'stylesheet' && response.status() >= 400)
          troubles.push(`${response.url()}: ${response.status()}`);
      });
      return context.newPage();
    });
    t.deepEqual(troubles, []);
  });
}

test.after.always('the browser ends', async () => {
  const browser = await starting;
  if (browser !== undefined && 'close' in browser) await browser.close();
});

/** What axe finds wrong with a page: `rule: selector` for each place; nothing is what is wanted. */
export async function violations(page: Page): Promise<string[]> {
  // Otherwise it opens another tab for each look, to put the results of frames together; our pages have none.
  const { violations: found } = await new AxeBuilder({ page }).setLegacyMode(true).analyze();
  return found.flatMap(({ id, nodes }) => nodes.map(({ target }) => `${id}: ${target.join(' ')}`));
}

/** Whether a page is wider than its window, so that all of it has to be moved to read a line. */
export async function scrollsSideways(page: Page): Promise<boolean> {
  // Without its style sheets a page is wider.
  await page.waitForLoadState();
  return page.evaluate(
    'document.documentElement.scrollWidth > document.documentElement.clientWidth',
  );
}
