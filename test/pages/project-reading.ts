import { inBrowser } from '../kit/browser.ts';
import { readList } from '../kit/json.ts';
import { follow, namesOn, withHistory } from './project-page.ts';

/** Tests that a history is filtered and read page by page. */
export function testReading(javaScriptEnabled: boolean): void {
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
