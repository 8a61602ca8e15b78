import type { Locator, Page } from 'playwright-core';
import type { Open } from '../kit/browser.ts';

/** The page of all projects, when its scripts listen. */
export async function live(open: Open, url: string, options?: Parameters<Open>[0]): Promise<Page> {
  const page = await open(options);
  await page.goto(url);
  await isLive(page);
  return page;
}

/** Waits until the scripts of a page listen. */
export function isLive(page: Page): Promise<void> {
  return page.locator('#live[data-state=up]').waitFor();
}

/** Where a project stands. */
export function row(page: Page, name: string): Locator {
  return page.locator(`tr[data-name="${name}"]`);
}

/** Sends the form that adds a project. */
export async function addByForm(page: Page, url: string, name: string): Promise<void> {
  await page.getByLabel('Url', { exact: true }).fill(url);
  await page.getByLabel('Name', { exact: true }).fill(name);
  await page.getByRole('button', { name: 'Add' }).click();
}

/** The names of the projects that are shown. */
export async function projectNames(page: Page): Promise<string[]> {
  // Half of a page that comes has fewer.
  await page.waitForLoadState();
  return page.locator('tr[data-name]:not([hidden]) > th').allTextContents();
}
