import { rename } from 'node:fs/promises';
import { inBrowser, scrollsSideways, violations } from '../kit/browser.ts';
import { add, startedApp } from '../kit/running-server.ts';

/** How long a test may take, in milliseconds. */
const patience = 5 * 60_000;

for (const colorScheme of ['light', 'dark'] as const) {
  inBrowser(`axe finds nothing on any page of a project, ${colorScheme}`, async (t, open) => {
    const { server, remote, repository } = await startedApp(t, {}, { timeout: patience });
    const url = `${remote.origin}/x.git`;
    await add(server, 'empty', url);
    const lost = await repository.linear(130);
    await add(server, 'x', url);
    const merged = await repository.commit({ message: 'Begin anew\n\nWhy.\n' });
    const tip = await repository.commit({
      parents: [merged, await repository.commit()],
      message: 'Merge\n\nBoth.\n\nReviewed-by: Ada\n',
    });
    await repository.branch('main', tip);
    await add(server, 'x', url);
    await repository.branch('main', lost);
    await add(server, 'x', url);
    const page = await open({ colorScheme, viewport: { width: 1280, height: 800 } });
    const check = async (path: string) => {
      await page.goto(server.url + path);
      for (const width of [320, 1280, 2560]) {
        await page.setViewportSize({ width, height: 800 });
        t.false(await scrollsSideways(page), `${path} at ${width}`);
      }
      await page.setViewportSize({ width: 320, height: 800 });
      t.deepEqual(await violations(page), [], path);
    };
    const short = ['/list/x?q=add', '/list/x?q=nothing+like+it', '/list/x?since=soon'];
    for (const path of ['/list/x', ...short, `/commit/x/${lost}`, '/authors/x', '/rewrites/x']) {
      await check(path);
    }
    await check(`/rewrites/x?to=${lost}`);
    await rename(repository.path, `${repository.path}.gone`);
    t.is((await add(server, 'x', url)).status, 500);
    await check('/list/x');
    t.regex(await page.title(), /^Failing: x/);
    await page.getByText('Failing: no repository there.').waitFor();
  });
}
