import { inBrowser } from '../kit/browser.ts';
import { live, row } from './overview-page.ts';
import { startedApp } from '../kit/running-server.ts';

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
