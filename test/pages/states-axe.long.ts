import { join } from 'node:path';
import type { ExecutionContext } from 'ava';
import type { Page } from 'playwright-core';
import { writeCursor } from '../../handlers/api/cursor.ts';
import { everyVariant } from '../kit/counts.ts';
import { inBrowser, scrollsSideways, violations } from '../kit/browser.ts';
import { pausedAnswer } from '../kit/paused-answer.ts';
import { readList } from '../kit/json.ts';
import { sharedBeginning } from '../kit/namesakes.ts';
import { looks } from './looks.ts';
import { addByForm } from './overview-page.ts';
import { createRepository } from '../kit/repository.ts';
import { add, startedApp } from '../kit/running-server.ts';

const patience = { timeout: 5 * 60_000 };

const token = 'a-token-of-some-length-0123456789';

/** Looks at a page from a phone's width to a wall's, and at some of them for what keeps people out. */
function looking(widths: readonly number[]) {
  return async (t: ExecutionContext, page: Page, what: string): Promise<void> => {
    for (const width of [2560, 1024, 320]) {
      await page.setViewportSize({ width, height: 800 });
      t.false(await scrollsSideways(page), `${what} at ${width}`);
      if (widths.includes(width)) t.deepEqual(await violations(page), [], `${what} at ${width}`);
    }
  };
}

/** Lets a page be as it is without its scripts, and stand still, while axe can look at it. */
async function withoutScripts(page: Page): Promise<Page> {
  await page.route('**/static/js/**', (route) => route.abort());
  await page.route('**/adding/*', async (route) => {
    const response = await route.fetch();
    const { refresh: _, ...headers } = response.headers();
    await route.fulfill({ response, headers });
  });
  return page;
}

for (const { colorScheme, widths } of looks(320, 2560)) {
  const look = looking(widths);
  /** A test of some states in one of the colours, or in both where every variant is tried. */
  const inColours = (colours: 'light' | 'dark', ...test: Parameters<typeof inBrowser>) => {
    if (everyVariant || colours === colorScheme) inBrowser(...test);
  };

  inColours(
    'light',
    `axe finds nothing where a project is added or removed, ${colorScheme}`,
    async (t, open) => {
      const { server, remote, repository } = await startedApp(t, {}, patience);
      const [gate, fails] = [
        pausedAnswer(),
        pausedAnswer(({ response }) => void response.writeHead(404).end()),
      ];
      remote.answers.set('gate', gate.answer);
      remote.answers.set('fails', fails.answer);
      await add(server, 'empty', `${remote.origin}/x.git`);
      await repository.branch('main', await repository.commit());
      await add(server, 'full', `${remote.origin}/x.git`);
      const page = await withoutScripts(await open({ colorScheme }));
      await page.goto(server.url);
      await addByForm(page, `${remote.origin}/none.git`, 'none');
      await page.locator('#url[aria-invalid]').waitFor();
      await look(t, page, 'what could not be added');
      // A host is parted where it has parts, so that no letter stands alone.
      t.regex(
        await page.locator('tr[data-name=full] .host bdi').innerHTML(),
        /^127<wbr>\.0<wbr>\.0<wbr>\.1<wbr>:\d+$/,
      );
      await addByForm(page, `${remote.origin}/gate/x.git`, 'slow');
      await page.getByRole('heading', { name: 'Adding slow' }).waitFor();
      // What a redirect led to does not go through the route, and so would not stand still.
      await page.reload();
      await look(t, page, 'what is being added');
      gate.open();
      await page.goto(server.url);
      await addByForm(page, `${remote.origin}/fails/x.git`, 'fails');
      // It must not fail before there is a page that tells of it.
      await page.getByRole('heading', { name: 'Adding fails' }).waitFor();
      fails.open();
      const failed = page.getByRole('heading', { name: 'fails could not be added' });
      for (let reloads = 0; reloads < 100 && (await failed.count()) === 0; reloads++)
        await page.reload();
      t.is(await failed.count(), 1);
      await look(t, page, 'what could not be added in time');
      await page.goto(`${server.url}/remove/full`);
      await look(t, page, 'the removal');
      await page.goto(`${server.url}/list/empty`);
      await look(t, page, 'no commits');

      const lively = await open({ colorScheme });
      await lively.goto(server.url);
      await lively.getByRole('link', { name: 'Remove full' }).click();
      await lively.getByRole('dialog', { name: 'Remove full?' }).waitFor();
      await look(t, lively, 'the dialog');
    },
  );

  inColours(
    'dark',
    `axe finds nothing where somebody is let in or not, ${colorScheme}`,
    async (t, open) => {
      const env = { ACCESS_TOKEN: `team:${token}`, REQUIRE_TOKEN_FOR: 'reads' };
      const { server, remote } = await startedApp(t, env, patience);
      const page = await open({ colorScheme });
      const answer = await page.goto(server.url);
      t.is(answer?.status(), 401);
      await look(t, page, 'without a token');
      await page.getByRole('link', { name: 'Log in' }).click();
      await page.getByLabel('Token').fill('wrong');
      await page.getByRole('button', { name: 'Log in' }).click();
      await page.getByText('That is no token of this server.').waitFor();
      await look(t, page, 'a wrong token');
      await page.getByLabel('Token').fill(token);
      await page.getByRole('button', { name: 'Log in' }).click();
      await page.waitForURL(`${server.url}/`);
      await page.goto(`${server.url}/login`);
      await page.getByText('You have logged in').waitFor();
      await look(t, page, 'logged in');

      const elsewhere = await open({ colorScheme });
      const body = `<form method="post" action="${server.url}/add"><button>Go</button></form>`;
      await elsewhere.route(`${remote.origin}/`, (route) =>
        route.fulfill({ contentType: 'text/html', body }),
      );
      await elsewhere.goto(`${remote.origin}/`);
      const refused = elsewhere.waitForResponse(`${server.url}/add`);
      await elsewhere.getByRole('button', { name: 'Go' }).click();
      t.is((await refused).status(), 403);
      await elsewhere.getByText('Error 403').waitFor();
      await look(t, elsewhere, 'another site');
    },
  );

  inColours(
    'light',
    `axe finds nothing where a commit or a page is not the one, ${colorScheme}`,
    async (t, open) => {
      const { server, root, remote } = await startedApp(t, {}, patience);
      // With the longest names that there are.
      const long = await createRepository(join(root, 'long.git'), { objectFormat: 'sha256' });
      await long.linear(900);
      t.is((await add(server, 'long', `${remote.origin}/long.git`)).status, 200);
      const all = await fetch(`${server.url}/api/v1/projects/long/commits?limit=1000`);
      const names = readList(await all.text()).map(({ sha }) => String(sha));
      const page = await open({ colorScheme });
      const check = async (path: string, status: number) => {
        const answer = await page.goto(server.url + path);
        t.is(answer?.status(), status, path);
        await look(t, page, path);
      };
      await check(`/commit/long/${sharedBeginning(names)}`, 409);
      const [id, subject] = [
        page.locator('.day .id').first(),
        page.locator('.day .subject').first(),
      ];
      t.true(names.includes((await id.textContent()) ?? ''));
      for (const width of [320, 1280]) {
        await page.setViewportSize({ width, height: 800 });
        const [below, above] = [await id.boundingBox(), await subject.boundingBox()];
        t.true((below?.y ?? 0) >= (above?.y ?? 0) + (above?.height ?? 0) - 1, `${width}`);
      }
      await check(`/commit/long/${names[0]}`, 200);
      await check(
        `/list/long?cursor=${writeCursor({ tip: 'f'.repeat(64), commits: 9, skip: 1 })}`,
        410,
      );
    },
  );
}
