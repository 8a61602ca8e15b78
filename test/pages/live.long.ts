import type { Page, Route } from 'playwright-core';
import { inBrowser, violations, type Open } from '../kit/browser.ts';
import { serve } from '../kit/git-backend.ts';
import { pausedAnswer } from '../kit/paused-answer.ts';
import { isLive, live, row, addByForm } from './overview-page.ts';
import { add, startedApp } from '../kit/running-server.ts';

/** Lets the server answer 503 to who asks for its events, once; how often it has been asked since the page came. */
async function drainOnce(page: Page): Promise<() => number> {
  let asked = 0;
  await page.route('**/api/v1/events', async (route) => {
    asked++;
    if (asked === 1) await route.fulfill({ status: 503, body: 'Stopping' });
    else await route.continue();
  });
  return () => asked;
}

/** A page to which the server has given no news, once, and whose time the test lets go by. */
async function refused(open: Open, url: string) {
  const page = await open();
  await page.clock.install();
  const asked = await drainOnce(page);
  const refusal = page.waitForResponse((response) => response.status() === 503);
  await page.goto(url);
  await refusal;
  return { page, asked };
}

/** Keeps back what is asked for under a path that begins so, until it is let go; each waits for its turn to be looked at. */
async function hold(page: Page, url: string | RegExp): Promise<() => Promise<() => void>> {
  const kept: (() => void)[] = [];
  let told = Promise.withResolvers<void>();
  await page.route(url, async (route: Route) => {
    const response = await route.fetch();
    const { promise, resolve } = Promise.withResolvers<void>();
    kept.push(resolve);
    told.resolve();
    await promise;
    await route.fulfill({ response });
  });
  return async () => {
    while (kept.length === 0) {
      await told.promise;
      told = Promise.withResolvers();
    }
    const [first] = kept.splice(0, 1);
    return first ?? (() => {});
  };
}

inBrowser(
  'a page that has no place among the listeners asks less and less often',
  async (t, open) => {
    const { server } = await startedApp(t);
    const page = await open();
    await page.clock.install();
    /** When the page asked, by its own clock. */
    const times: number[] = [];
    await page.route('**/api/v1/events', async (route) => {
      times.push(await page.evaluate(() => Date.now()));
      if (times.length > 3) await route.continue();
      else await route.fulfill({ status: 503, body: 'Too busy' });
    });
    await page.goto(server.url);
    while (times.length < 4) await page.clock.fastForward(500);
    await page.locator('#live[data-state=up]').waitFor();
    const waits = times.slice(1).map((time, index) => time - (times[index] ?? 0));
    // The clock may have gone on a step or two before it was looked at.
    for (const [index, least] of [7000, 17_000, 37_000].entries()) {
      t.true((waits[index] ?? 0) >= least, String(waits));
    }
  },
);

inBrowser('what was missed while the server gave no news is fetched after it', async (t, open) => {
  const { server, remote, repository } = await startedApp(t);
  await repository.branch('main', await repository.commit());
  const page = await open();
  await page.clock.install();
  await drainOnce(page);
  await page.goto(server.url);
  await page.locator('#live[data-state=failing]').waitFor();
  await add(server, 'x', `${remote.origin}/x.git`);
  await page.clock.fastForward(10_000);
  await isLive(page);
  await row(page, 'x').waitFor();
  t.is(await page.locator('#counts a').first().textContent(), '1 project');
});

inBrowser('a history tells of new commits after an answer that was no news', async (t, open) => {
  const { server, remote, repository } = await startedApp(t);
  await repository.linear(3);
  await add(server, 'x', `${remote.origin}/x.git`);
  const { page, asked } = await refused(open, `${server.url}/list/x`);
  const show = (isHidden: boolean) =>
    page.evaluate(`(() => {
      Object.defineProperty(document, 'hidden', { get: () => ${isHidden}, configurable: true });
      document.dispatchEvent(new Event('visibilitychange'));
    })()`);
  // Nobody looks at it, so it does not ask again.
  await show(true);
  await page.clock.fastForward(30_000);
  t.is(asked(), 1);
  await repository.linear(2);
  await add(server, 'x', `${remote.origin}/x.git`);
  await show(false);
  await page.getByRole('link', { name: 'Show them' }).waitFor();
  t.is(asked(), 2);
});

inBrowser('a history asks for news again after an answer that was none', async (t, open) => {
  const { server, remote, repository } = await startedApp(t);
  await repository.linear(3);
  await add(server, 'x', `${remote.origin}/x.git`);
  const { page } = await refused(open, `${server.url}/list/x`);
  await repository.linear(2);
  await add(server, 'x', `${remote.origin}/x.git`);
  // The page may hear of the answer a moment later than the test.
  await page.evaluate("fetch('/livez')");
  await page.clock.fastForward(20_000);
  await page.getByRole('link', { name: 'Show them' }).waitFor();
  t.pass();
});

inBrowser(
  'a job that the server has forgotten has failed, and is asked for no more',
  async (t, open) => {
    const { server, remote, repository } = await startedApp(t);
    await repository.branch('main', await repository.commit());
    const gate = pausedAnswer();
    remote.answers.set('gate', gate.answer);
    const page = await open();
    await page.clock.install();
    let asked = 0;
    await page.route('**/api/v1/jobs/*', async (route) => {
      asked++;
      await route.continue({ url: `${server.url}/api/v1/jobs/none` });
    });
    await page.goto(server.url);
    await isLive(page);
    const url = page.getByLabel('Url', { exact: true });
    await url.fill(`${remote.origin}/gate/x.git`);
    await page.getByRole('button', { name: 'Add' }).click();
    const job = page.locator('#jobs li').filter({ hasText: 'x' });
    await job.waitFor();
    t.deepEqual(await violations(page), []);
    await page.clock.fastForward(3000);
    await page.locator('#jobs li.failure').filter({ hasText: 'add it again' }).waitFor();
    t.is(await page.locator('#jobs progress').count(), 0);
    t.deepEqual(await violations(page), []);
    await page.clock.fastForward(30_000);
    await page.evaluate("fetch('/livez')");
    t.is(asked, 1);
    await job.getByRole('button', { name: 'Change it' }).click();
    t.is(await url.inputValue(), `${remote.origin}/gate/x.git`);
    gate.open();
  },
);

inBrowser('a project is said to be there when its row is', async (t, open) => {
  const { server, remote, repository } = await startedApp(t);
  await repository.branch('main', await repository.commit());
  const page = await open({ reducedMotion: 'no-preference' });
  const next = await hold(page, /\?only=/);
  await page.goto(server.url);
  await isLive(page);
  await add(server, 'x', `${remote.origin}/x.git`);
  const first = await next();
  const done = page.waitForResponse(/\/add\/second$/);
  await addByForm(page, `${remote.origin}/x.git`, 'second');
  await done;
  await page.locator('#jobs progress').waitFor({ state: 'detached' });
  first();
  const second = await next();
  const there = page.locator('#jobs').getByText('is there');
  t.is(await there.count(), 0);
  second();
  await there.waitFor();
  t.is(await row(page, 'second').count(), 1);
  await page.locator('tr.changed').first().waitFor({ state: 'detached' });
});

inBrowser('what is older does not overwrite what is newer', async (t, open) => {
  const { server, remote, repository } = await startedApp(t);
  const first = await repository.commit();
  await repository.branch('main', first);
  await add(server, 'x', `${remote.origin}/x.git`);
  const page = await open();
  await page.clock.install();
  const next = await hold(page, `${server.url}/`);
  let rows = 0;
  page.on('request', (request) => (rows += request.url().includes('?only=') ? 1 : 0));
  await page.goto(`${server.url}/?q=x`);
  const all = await next();
  await isLive(page);
  await repository.branch('main', await repository.commit({ parents: [first] }));
  await page.getByRole('button', { name: 'Refresh x' }).click();
  await page.locator('tr[data-name=x]:not([data-refreshing])').waitFor();
  await page.clock.fastForward(1000);
  await page.evaluate("fetch('/livez')");
  t.is(rows, 0);
  all();
  await page.locator('tr[data-name=x][data-commits="2"]').waitFor();
});

inBrowser('a project that somebody else removes goes from every page', async (t, open) => {
  const { server, remote, repository } = await startedApp(t);
  await repository.branch('main', await repository.commit());
  await add(server, 'x', `${remote.origin}/x.git`);
  await add(server, 'y', `${remote.origin}/x.git`);
  const page = await open();
  const heard = page.waitForResponse(/api\/v1\/projects\/x$/);
  await page.goto(`${server.url}/list/x`);
  await heard;
  const overview = await live(open, server.url);
  const { status } = await fetch(`${server.url}/api/v1/projects/x`, { method: 'DELETE' });
  t.is(status, 204);
  await row(overview, 'x').waitFor({ state: 'detached' });
  t.is(await row(overview, 'y').count(), 1);
  t.is(await overview.locator('#counts a').first().textContent(), '1 project');
  await overview.locator('#news').getByText('x is removed.').waitFor({ state: 'attached' });
  await page.locator('.news').getByText('This project has been removed.').waitFor();
  t.deepEqual(await violations(page), []);
  await page.locator('.news').getByRole('link', { name: 'All projects' }).click();
  await page.waitForURL(`${server.url}/`);
});

inBrowser('a project that was removed while nobody looked says so', async (t, open) => {
  const { server, remote, repository } = await startedApp(t);
  await repository.branch('main', await repository.commit());
  await add(server, 'x', `${remote.origin}/x.git`);
  const { page } = await refused(open, `${server.url}/list/x`);
  await fetch(`${server.url}/api/v1/projects/x`, { method: 'DELETE' });
  await page.evaluate("fetch('/livez')");
  await page.clock.fastForward(20_000);
  await page.locator('.news').getByText('This project has been removed.').waitFor();
  t.pass();
});

inBrowser('a refresh that the server begins is seen while it runs', async (t, open) => {
  const { server, remote, repository } = await startedApp(t, {
    REFRESH_MIN_SECONDS: '1',
    REFRESH_MAX_SECONDS: '1',
  });
  await repository.branch('main', await repository.commit());
  remote.answers.set('way', serve());
  const page = await live(open, server.url);
  await add(server, 'x', `${remote.origin}/way/x.git`);
  await row(page, 'x').waitFor();
  const gate = pausedAnswer();
  remote.answers.set('way', gate.answer);
  await page.locator('tr[data-name=x][data-refreshing]').waitFor();
  await gate.asked;
  await row(page, 'x').getByText(', refreshing').waitFor();
  t.deepEqual(await violations(page), []);
  remote.answers.set('way', serve());
  gate.open();
  await page.locator('tr[data-name=x]:not([data-refreshing])').waitFor();
});

inBrowser('what went wrong is told until something else is begun', async (t, open) => {
  const { server, remote, repository } = await startedApp(t);
  await repository.branch('main', await repository.commit());
  await add(server, 'x', `${remote.origin}/x.git`);
  const page = await live(open, server.url);
  await page.route('**/refresh', (route) => route.abort());
  const trouble = page.locator('#trouble');
  await page.getByRole('button', { name: 'Refresh x' }).click();
  await trouble.getByText('x: The server does not answer').waitFor();
  t.deepEqual(await violations(page), []);
  await page.unroute('**/refresh');
  await page.getByRole('button', { name: 'Refresh x' }).click();
  await trouble.waitFor({ state: 'hidden' });
  await page.getByLabel('Look for projects').fill('nothing');
  await page.locator('#nothing').waitFor();
  t.deepEqual(await violations(page), []);
});

inBrowser('among much that is said at once failures are said first', async (t, open) => {
  const { server } = await startedApp(t);
  const page = await open();
  await page.clock.install();
  await page.goto(server.url);
  await isLive(page);
  const said = async (script: string) => {
    await page.evaluate(
      `import('/static/js/views/browser/say.js').then(({ announce, sayFailure }) => {${script}})`,
    );
    await page.clock.fastForward(2000);
    return page.locator('#news').textContent();
  };
  t.is(
    await said(`
      for (const name of ['a', 'b']) announce(name + ' is there');
      sayFailure('red could not be added. There is none. ');
      for (const name of ['c', 'd']) announce(name + ' is there');
    `),
    'red could not be added. There is none. c is there. d is there. And 2 before.',
  );
  t.is(
    await said(
      "for (const name of 'abcdefg') sayFailure(name + ' is failing'); announce('h is up');",
    ),
    'a is failing. b is failing. c is failing. d is failing. e is failing. And 2 more failures. And 1 before.',
  );
});
