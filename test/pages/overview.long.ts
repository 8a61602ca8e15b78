import { inBrowser, violations } from '../kit/browser.ts';
import { serve } from '../kit/git-backend.ts';
import { live, projectNames, row } from './overview-page.ts';
import { add, startedApp } from '../kit/running-server.ts';

inBrowser(
  'adding what fails slowly says so without scripts, and can be tried again',
  async (t, open) => {
    const { server, remote } = await startedApp(t, { FETCH_TIMEOUT_SECONDS: '7' });
    const page = await open({ javaScriptEnabled: false });
    await page.goto(
      `${server.url}/?name=slow&url=${encodeURIComponent(`${remote.origin}/hang/x.git`)}`,
    );
    await page.getByRole('button', { name: 'Add' }).click();
    await page
      .getByRole('heading', { name: 'slow could not be added' })
      .waitFor({ timeout: 120_000 });
    await page.locator('.failure').waitFor();
    await page.getByRole('link', { name: 'Change the name or the url' }).click();
    t.is(await page.getByLabel('Url', { exact: true }).inputValue(), `${remote.origin}/hang/x.git`);
  },
);

inBrowser('where changes take a token, the form leads to the log-in and back', async (t, open) => {
  const token = 'a-token-of-some-length-0123456789';
  const { server, remote, repository } = await startedApp(t, { ACCESS_TOKEN: `team:${token}` });
  await repository.branch('main', await repository.commit());
  const page = await live(open, server.url);
  await page.getByLabel('Url', { exact: true }).fill(`${remote.origin}/x.git`);
  await page.getByRole('button', { name: 'Add' }).click();
  await page.getByLabel('Token').fill(token);
  await page.getByRole('button', { name: 'Log in' }).click();
  await page.locator('#live[data-state=up]').waitFor();
  t.is(await page.getByLabel('Url', { exact: true }).inputValue(), `${remote.origin}/x.git`);
  t.is(await page.getByLabel('Name', { exact: true }).inputValue(), 'x');
  await page.getByRole('button', { name: 'Add' }).click();
  await row(page, 'x').waitFor();
});

inBrowser(
  'what cannot be added says why, beside the field and before it is sent',
  async (t, open) => {
    const { server, remote } = await startedApp(t);
    const page = await live(open, server.url);
    const [url, name] = [
      page.getByLabel('Url', { exact: true }),
      page.getByLabel('Name', { exact: true }),
    ];
    await url.fill('ftp://example.org/x');
    await page
      .locator('#url-help')
      .filter({ hasText: 'begins with http:// or https://' })
      .waitFor();
    t.is(await url.getAttribute('aria-invalid'), 'true');
    t.is(await url.getAttribute('aria-describedby'), 'url-help');
    await name.fill('../x');
    await page.locator('#name-help').filter({ hasText: 'begins with a letter or digit' }).waitFor();
    await page.getByRole('button', { name: 'Add' }).click();
    t.is(await page.locator('[aria-invalid]').count(), 2);
    t.is(await page.evaluate('document.activeElement.id'), 'url');

    await name.fill('');
    await url.fill('https://github.com/redis/redis/tree/8.0');
    await page
      .locator('#url-help')
      .filter({ hasText: 'The repository of that page is https://github.com/redis/redis.' })
      .waitFor();
    t.is(await page.locator('#url[aria-invalid]').count(), 0);

    await url.fill(`${remote.origin}/none.git`);
    await name.fill('none');
    await name.press('Enter');
    const failed = page.locator('#jobs li.failure');
    await failed.filter({ hasText: 'There is no repository at that url' }).waitFor();
    t.is(await row(page, 'none').count(), 0);
    t.deepEqual(await violations(page), []);
    await failed.getByRole('button', { name: 'Change it' }).click();
    t.is(await url.inputValue(), `${remote.origin}/none.git`);
    t.is(await name.inputValue(), 'none');
  },
);

inBrowser('projects are looked for and sorted, with scripts and without', async (t, open) => {
  const { server, remote, repository } = await startedApp(t);
  await repository.branch('main', await repository.commit());
  await add(server, 'red', `${remote.origin}/x.git`);
  const tip = await repository.commit();
  await repository.branch('main', tip);
  for (const name of ['blue', 'green', 'redder']) {
    remote.answers.set(name, serve());
    await add(server, name, `${remote.origin}/${name}/x.git`);
  }
  remote.answers.set('blue', (exchange) => void exchange.response.writeHead(404).end());
  await add(server, 'blue', `${remote.origin}/blue/x.git`);

  const page = await live(open, server.url);
  const plain = await open({ javaScriptEnabled: false });
  await plain.goto(server.url);
  const both = async (expected: readonly string[]) => {
    t.deepEqual(await projectNames(page), expected);
    t.deepEqual(await projectNames(plain), expected);
    t.is(
      await page.locator('#projects').textContent(),
      await plain
        .locator('#projects')
        .textContent()
        .then((caption) => caption),
    );
  };
  await both(['blue', 'green', 'red', 'redder']);
  for (const one of [page, plain])
    await one.getByRole('link', { name: 'Project', exact: true }).click();
  await both(['redder', 'red', 'green', 'blue']);
  for (const one of [page, plain]) await one.getByRole('link', { name: 'State' }).click();
  await both(['blue', 'green', 'red', 'redder']);
  for (const one of [page, plain]) await one.getByLabel('Look for projects').fill('RED x.git');
  await plain.getByRole('button', { name: 'Find' }).click();
  t.deepEqual(await projectNames(page), ['red', 'redder']);
  t.deepEqual(await projectNames(plain), ['red', 'redder']);
  t.is(new URL(page.url()).searchParams.get('q'), 'RED x.git');
  // What is looked for stays in the address, and can be taken back.
  await page.reload();
  t.deepEqual(await projectNames(page), ['red', 'redder']);
  await page.getByLabel('Look for projects').fill('failing');
  await row(page, 'blue').waitFor();
  t.deepEqual(await projectNames(page), ['blue']);
  t.regex(
    (await row(page, 'blue').locator('.state').textContent()) ?? '',
    /^failing: no repository there, last seen up/,
  );
  await page.getByLabel('Look for projects').fill('<b>nothing</b>');
  await page.getByText('No project is like that').waitFor();
});

inBrowser('pushes and failures show without a reload, in title and icon too', async (t, open) => {
  const { server, remote, repository } = await startedApp(t, {
    REFRESH_MIN_SECONDS: '1',
    REFRESH_MAX_SECONDS: '1',
  });
  const first = await repository.commit();
  await repository.branch('main', first);
  remote.answers.set('way', serve());
  const page = await live(open, server.url);
  t.is((await add(server, 'x', `${remote.origin}/way/x.git`)).status, 200);
  await row(page, 'x').waitFor();
  const second = await repository.commit({ parents: [first] });
  await repository.branch('main', await repository.commit({ parents: [second] }));
  await page.locator('tr[data-name=x][data-commits="3"]').waitFor();
  await page
    .locator('#news')
    .filter({ hasText: 'x has 2 new commits' })
    .waitFor({ state: 'attached' });
  const icon = (name: string) =>
    page.locator(`link[rel=icon][href="/static/${name}.svg"]`).waitFor({ state: 'attached' });
  t.is(await page.title(), 'Projects · git-monitoring-server');
  remote.answers.set('way', (exchange) => void exchange.response.writeHead(404).end());
  await page.locator('tr[data-name=x][data-state=failing]').waitFor();
  await icon('icon-failing');
  t.regex(await page.title(), /^\(1 failing\)/);
  remote.answers.set('way', serve());
  await page.locator('tr[data-name=x][data-state=up]').waitFor();
  await icon('icon');
  t.notRegex(await page.title(), /failing/);
  await server.stop();
  await page.locator('#live[data-state=failing]').waitFor();
});

inBrowser(
  'a project is refreshed and removed in its row, the latter after a question',
  async (t, open) => {
    const { server, remote, repository } = await startedApp(t);
    await repository.branch('main', await repository.commit());
    await add(server, 'x', `${remote.origin}/x.git`);
    await add(server, 'y', `${remote.origin}/x.git`);
    const page = await live(open, server.url);
    const before = await repository.commit();
    await repository.branch('main', await repository.commit({ parents: [before] }));
    await page.getByRole('button', { name: 'Refresh x' }).click();
    await page.locator('tr[data-name=x][data-commits="2"]:not([data-refreshing])').waitFor();
    await page.locator('tr[data-name=y][data-commits="2"]').waitFor();

    const remove = page.getByRole('link', { name: 'Remove x' });
    await remove.click();
    const dialog = page.getByRole('dialog', { name: 'Remove x?' });
    t.deepEqual(await violations(page), []);
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'hidden' });
    t.is(await page.locator('a:focus').getAttribute('aria-label'), 'Remove x');
    await remove.click();
    await dialog.getByRole('button', { name: 'Remove' }).click();
    await row(page, 'x').waitFor({ state: 'detached' });
    t.deepEqual(await projectNames(page), ['y']);
    t.is((await fetch(`${server.url}/api/v1/projects/x`)).status, 404);
  },
);

inBrowser('the keyboard alone is enough, and what has the focus can be seen', async (t, open) => {
  const { server, remote, repository } = await startedApp(t);
  await repository.branch('main', await repository.commit());
  const page = await live(open, server.url);
  const press = (key: string) => page.keyboard.press(key);
  const focused = async () =>
    String(
      await page.evaluate('document.activeElement.id || document.activeElement.textContent.trim()'),
    );
  const tabTo = async (what: string) => {
    for (let presses = 0; presses < 30; presses++) {
      await press('Tab');
      const shown = await page.evaluate(
        "(({ outlineStyle, boxShadow }) => outlineStyle !== 'none' || boxShadow !== 'none')(getComputedStyle(document.activeElement))",
      );
      t.true(shown, await focused());
      if ((await focused()) === what) return;
    }
    t.fail(`${what} was not reached`);
  };
  await tabTo('Skip to the content');
  await tabTo('url');
  await page.keyboard.type(`${remote.origin}/x.git`);
  await press('Enter');
  await row(page, 'x').waitFor();
  await tabTo('Project');
  await press('Enter');
  await page.locator('th[aria-sort=descending]').waitFor();
  await tabTo('x');
  await press('Tab');
  await press('Tab');
  await press('Tab');
  await press('Enter');
  await page.getByRole('dialog', { name: 'Remove x?' }).waitFor();
  await press('Tab');
  await press('Enter');
  await row(page, 'x').waitFor({ state: 'detached' });
  t.is(await focused(), 'url');
});
