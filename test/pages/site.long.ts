import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import test from 'ava';
import { inBrowser, scrollsSideways, violations } from '../kit/browser.ts';
import { add, startedApp } from '../kit/running-server.ts';

const compiled = join(import.meta.dirname, '../../dist/static/js');

test('all scripts together are less than 20 kB to send', async (t) => {
  const files = await readdir(compiled, { recursive: true, withFileTypes: true });
  const scripts = files.filter((file) => file.isFile());
  t.true(scripts.length > 2);
  const sizes = await Promise.all(
    scripts.map(
      async ({ parentPath, name }) => gzipSync(await readFile(join(parentPath, name))).length,
    ),
  );
  const sum = sizes.reduce((all, size) => all + size, 0);
  t.log(`${sum} bytes in ${scripts.length} files`);
  t.true(sum < 20_000, String(sum));
});

inBrowser('times are shown in the zone of whoever reads', async (t, open) => {
  const { server, remote, repository } = await startedApp(t);
  await repository.branch('main', await repository.commit());
  await add(server, 'x', `${remote.origin}/x.git`);
  await repository.branch('main', await repository.commit());
  await add(server, 'x', `${remote.origin}/x.git`);
  const page = await open({ timezoneId: 'Asia/Tokyo' });
  await page.goto(`${server.url}/list/x`);
  const time = page.locator('[data-sha] time').first();
  await page.locator('[data-sha] time[title]').first().waitFor();
  t.is(await time.getAttribute('datetime'), '2023-11-14T22:15:20Z');
  t.is(await time.textContent(), '2023-11-15 07:15');
  const exact = /Wednesday,? 15 November 2023 at 07:15:20 GMT\+9$/;
  t.regex((await time.getAttribute('title')) ?? '', exact);
  const newest = (await page.locator('.facts time').textContent()) ?? '';
  t.regex(newest, /^\d+ years ago, /);
  t.regex(newest, exact);
  t.is(await page.locator('[data-zone]').first().textContent(), 'Asia/Tokyo');
  for (const path of ['/status', '/rewrites/x']) {
    await page.goto(server.url + path);
    await page.locator('[data-zone]').getByText('Asia/Tokyo').waitFor();
  }
});

for (const colorScheme of ['light', 'dark'] as const) {
  inBrowser(`axe finds nothing on a page and a problem, ${colorScheme}`, async (t, open) => {
    const { server } = await startedApp(t);
    const page = await open({ colorScheme, viewport: { width: 320, height: 600 } });
    for (const path of ['/', '/list/none']) {
      await page.goto(server.url + path);
      t.deepEqual(await violations(page), []);
      t.false(await scrollsSideways(page), path);
    }
  });
}
