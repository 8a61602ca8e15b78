import type { ExecutionContext } from 'ava';
import { inBrowser, scrollsSideways, violations, type Open } from '../kit/browser.ts';
import { serve } from '../kit/git-backend.ts';
import { looks } from './looks.ts';
import { live } from './overview-page.ts';
import { add, startedApp } from '../kit/running-server.ts';

/** Shows a page at each width in both colours, and looks what is wrong with it. */
async function inspect(t: ExecutionContext, open: Open, url: string): Promise<void> {
  for (const { colorScheme, widths } of looks(320, 1280)) {
    const page = await live(open, url, { colorScheme });
    for (const width of [320, 1280, 2560]) {
      await page.setViewportSize({ width, height: 900 });
      t.false(await scrollsSideways(page), `${width}`);
      if (widths.includes(width))
        t.deepEqual(await violations(page), [], `${width} ${colorScheme}`);
    }
  }
}

inBrowser('axe finds nothing and nothing is too wide: empty', async (t, open) => {
  const { server } = await startedApp(t);
  await inspect(t, open, server.url);
});

inBrowser(
  'axe finds nothing and nothing is too wide: long names, odd urls, failing, pending',
  async (t, open) => {
    const { server, remote, repository } = await startedApp(t);
    await repository.branch('main', await repository.commit());
    remote.answers.set('way', serve());
    const odd = `${remote.origin}/way/${encodeURIComponent('<script>alert(1)<script>{{7*7}}\u202Eabc')}`;
    remote.answers.set('any', (exchange) =>
      serve()({ ...exchange, path: exchange.path.replace(/^\/.*?\/x/, '/x') }),
    );
    const hostile = `${remote.origin}/any/${'w'.repeat(1500)}${encodeURIComponent('"><script>{{7*7}}\u202E')}/x.git`;
    t.is((await add(server, 'x'.repeat(100), hostile)).status, 200);
    t.is((await add(server, 'failing', `${remote.origin}/way/x.git`)).status, 200);
    remote.answers.delete('way');
    t.is((await add(server, 'failing', `${remote.origin}/way/x.git`)).status, 500);
    t.is((await add(server, 'odd', odd)).status, 500);
    await inspect(t, open, server.url);
    const page = await live(
      open,
      `${server.url}/?q=${encodeURIComponent('<script>x</script>\u202E{{7*7}}')}&name=${encodeURIComponent('"><b>')}`,
    );
    t.is(await page.getByLabel('Name', { exact: true }).inputValue(), '"><b>');
    t.true(
      ((await page.locator('#projects').textContent()) ?? '').includes(
        '<script>x</script>\u202E{{7*7}}',
      ),
    );
  },
);
