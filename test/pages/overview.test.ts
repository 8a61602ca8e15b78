import { inBrowser, violations } from '../kit/browser.ts';
import { serve } from '../kit/git-backend.ts';
import type { GitServer } from '../kit/git-server.ts';
import { pausedAnswer } from '../kit/paused-answer.ts';
import { addByForm, live, projectNames, row } from './overview-page.ts';
import { startedApp } from '../kit/running-server.ts';

/** A name of the server's answers that keeps back the second half of a pack until it is opened. */
function halfway(remote: GitServer): () => void {
  const { promise, resolve } = Promise.withResolvers<void>();
  const through = async function* (body: AsyncIterable<Buffer>) {
    const chunks: Buffer[] = [];
    for await (const chunk of body) chunks.push(chunk);
    const whole = Buffer.concat(chunks);
    const isPack = whole.includes('packfile\n');
    const half = isPack ? Math.floor(whole.length / 2) : whole.length;
    yield whole.subarray(0, half);
    if (isPack) await promise;
    yield whole.subarray(half);
  };
  remote.answers.set('halfway', serve({ through }));
  return resolve;
}

inBrowser('a project is added by the form, which shows how that goes', async (t, open) => {
  const { server, remote, repository } = await startedApp(t);
  // Half of its pack is more than the one packet that git may wait for the end of.
  await repository.linear(3000);
  const [gate, release] = [pausedAnswer(), halfway(remote)];
  remote.answers.set('gate', gate.answer);
  const page = await live(open, server.url);
  await page.getByText('There are no projects yet').waitFor();
  t.is(await page.locator('.examples button').count(), 3);

  await page.getByLabel('Url', { exact: true }).fill(`${remote.origin}/gate/x.git`);
  t.is(await page.getByLabel('Name', { exact: true }).inputValue(), 'x');
  await page.getByLabel('Name', { exact: true }).fill('first');
  await page.getByRole('button', { name: 'Add' }).click();
  const job = page.locator('#jobs li').filter({ hasText: 'first' });
  await job.getByText('Resolving the host and connecting').waitFor();
  t.deepEqual(await violations(page), []);
  gate.open();
  await job.getByText('is there').waitFor();
  await row(page, 'first').getByText('3,000').waitFor();
  t.false(await page.getByText('There are no projects yet').isVisible());
  t.is(await page.getByLabel('Url', { exact: true }).inputValue(), '');

  await page.getByLabel('Url', { exact: true }).fill(`${remote.origin}/halfway/x.git`);
  await page.getByLabel('Name', { exact: true }).fill('second');
  await page.getByLabel('Name', { exact: true }).press('Enter');
  await page.getByText(/Receiving \d+ %/).waitFor();
  t.is(await page.locator('#jobs progress').getAttribute('max'), '100');
  release();
  await row(page, 'second').waitFor();
  t.is(await page.locator('#counts a').first().textContent(), '2 projects');
  await page.locator('#news').filter({ hasText: 'second is there' }).waitFor({ state: 'attached' });
});

inBrowser('all of it but what is live works without scripts', async (t, open) => {
  const { server, remote, repository } = await startedApp(t);
  await repository.branch('main', await repository.commit());
  const page = await open({ javaScriptEnabled: false });
  await page.goto(server.url);
  await addByForm(page, `${remote.origin}/none.git`, 'none');
  t.regex(
    (await page.locator('#url-help').textContent()) ?? '',
    /There is no repository at that url/,
  );
  t.is(await page.getByLabel('Name', { exact: true }).inputValue(), 'none');
  await addByForm(page, `${remote.origin}/x.git`, 'x');
  // Where that takes longer than a form waits, by a page that leads there.
  await page.waitForURL(`${server.url}/list/x`);

  const gate = pausedAnswer();
  remote.answers.set('gate', gate.answer);
  await page.goto(server.url);
  await addByForm(page, `${remote.origin}/gate/x.git`, 'slow');
  t.regex(page.url(), /\/adding\/[\w-]+$/);
  t.is(await page.locator('h1').textContent(), 'Adding slow');
  await page.getByText('Resolving the host and connecting').waitFor();
  const arrived = page.waitForURL(`${server.url}/list/slow`);
  gate.open();
  await arrived;

  await page.goto(server.url);
  await page.getByRole('button', { name: 'Refresh x' }).click();
  t.is(page.url(), `${server.url}/`);
  await page.getByRole('link', { name: 'Remove x' }).click();
  t.is(await page.locator('h1').textContent(), 'Remove x?');
  await page.getByRole('button', { name: 'Remove' }).click();
  t.is(page.url(), `${server.url}/`);
  t.deepEqual(await projectNames(page), ['slow']);
});
