import type { ExecutionContext } from 'ava';
import type { Locator, Page } from 'playwright-core';
import { add, startedApp, type Started } from '../kit/running-server.ts';

/** How long a test may take where all others run too, in milliseconds. */
export const patience = 5 * 60_000;

/** The program with a project `x` of that many commits. */
export async function withHistory(t: ExecutionContext, count: number): Promise<Started> {
  const all = await startedApp(t, {}, { timeout: patience });
  await all.repository.linear(count);
  const { status } = await add(all.server, 'x', `${all.remote.origin}/x.git`);
  t.is(status, 200);
  return all;
}

/** The names of the commits on the page. */
export async function namesOn(page: Page): Promise<readonly (string | null)[]> {
  const rows = await page.locator('[data-sha]').all();
  return Promise.all(rows.map((row) => row.getAttribute('data-sha')));
}

/** Follows a link or sends a form, and waits for the page that comes, with its scripts. */
export async function follow(page: Page, link: Locator): Promise<void> {
  const loaded = page.waitForEvent('load');
  await link.click();
  await loaded;
}
