/**
 * Writes a picture of every page into docs/screenshots/: a server, repositories whose commits are the same but for the day
 * that they count from, and a browser. `npm run screenshots`
 */
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import { debianProgram } from '../kit/debian-package.ts';
import { git } from '../kit/git.ts';
import { startGitServer } from '../kit/git-server.ts';
import { importLivelyHistory } from './lively-history.ts';
import { startProgram } from '../kit/program.ts';
import { createRepository } from '../kit/repository.ts';

const directory = join(import.meta.dirname, '../../docs/screenshots');
const wide = { width: 1280, height: 800 };
const narrow = { width: 360, height: 740 };

/** Names of projects, with how many commits each has, and how many days ago the last of them was. */
const projects = [
  ['apollo', 4120, 0],
  ['beacon', 318, 2],
  ['cartographer', 12_640, 0],
  ['dovetail', 57, 41],
  ['ember', 1904, 0],
  ['fathom', 689, 9],
  ['granary', 2210, 1],
  ['hearth', 12, 190],
] as const;

const chromiumFound = await debianProgram('chromium');
if ('missing' in chromiumFound) throw new Error(chromiumFound.missing);
const home = await createHome();
const remote = await startGitServer(home);
const browser = await chromium.launch({
  executablePath: process.env['CHROMIUM_PATH'] ?? chromiumFound.path,
  args: ['--no-sandbox', '--disable-gpu'],
});
const server = await startProgram(
  // The git server stands in for the proxy, and so for every host.
  { STORE_URL: 'memory:', HTTP_PROXY: remote.origin, NO_PROXY: '' },
  { timeout: 10 * 60_000 },
);
try {
  await take('overview-empty', '/');
  await fill();
  await take('overview', '/');
  await take('project', '/list/cartographer');
  await take('project-filtered', '/list/cartographer?q=parser&author=Grace+Hopper');
  await take('project-failing', '/list/dovetail');
  await take('project-empty', `/list/${await addEmpty()}`);
  await take('authors', '/authors/cartographer');
  await take('rewrites', `/rewrites/${await rewrite('granary')}`);
  await take('commit', `/commit/cartographer/${await newest('cartographer')}`);
  await take('json', '/json/cartographer');
  await take('adding', await beginSlowly());
  await take('remove', '/remove/cartographer');
  await take('status', '/status');
  await take('api', '/api');
  await take('not-found', '/list/cartografer');
  await take('login', '/login');
} finally {
  await server.stop();
  await browser.close();
  await remote.close();
  await rm(home, { recursive: true });
}

async function createHome(): Promise<string> {
  const root = join(directory, '../../.screenshots');
  await rm(root, { recursive: true, force: true });
  await mkdir(root, { recursive: true });
  await mkdir(directory, { recursive: true });
  for (const [name, count, days] of projects) {
    const { path } = await createRepository(join(root, `${name}.git`));
    await importLivelyHistory(path, count, days);
  }
  return root;
}

async function addExample(name: string, path = `${name}.git`, headers = {}): Promise<Response> {
  const body = `http://git.example.org/${path}`;
  return fetch(`${server.url}/add/${name}`, { method: 'POST', body, headers });
}

/** Adds all projects, and lets one of their remotes fail afterwards. */
async function fill(): Promise<void> {
  for (const [name] of projects) await addExample(name);
  remote.answers.set('dovetail.git', async ({ response }) => void response.writeHead(404).end());
  await addExample('dovetail');
}

/** Adds a repository without commits, and gives its name. */
async function addEmpty(): Promise<string> {
  await createRepository(join(home, 'inkwell.git'));
  await addExample('inkwell');
  return 'inkwell';
}

/** Takes the newest commits of a repository away by a forced push. */
async function rewrite(name: string): Promise<string> {
  await git(join(home, `${name}.git`), ['update-ref', 'refs/heads/main', 'refs/heads/main~3']);
  await addExample(name);
  return name;
}

/** The page of an add whose remote does not answer. */
async function beginSlowly(): Promise<string> {
  const answer = await addExample('jetty', 'hang/jetty.git', { prefer: 'respond-async' });
  return `/adding/${answer.headers.get('location')?.split('/').at(-1)}`;
}

async function newest(name: string): Promise<string> {
  const answer = await fetch(`${server.url}/api/v1/projects/${name}/commits?limit=1`);
  return /"sha":"(\w+)"/.exec(await answer.text())?.[1] ?? '';
}

/** On a screen and on a phone, by day and by night. */
async function take(name: string, path: string): Promise<void> {
  for (const [size, viewport] of [
    ['', wide],
    ['-narrow', narrow],
  ] as const) {
    for (const [light, colorScheme] of [
      ['', 'light'],
      ['-dark', 'dark'],
    ] as const) {
      const context = await browser.newContext({
        viewport,
        colorScheme,
        locale: 'en-GB',
        timezoneId: 'UTC',
        reducedMotion: 'reduce',
      });
      const page = await context.newPage();
      await page.goto(server.url + path);
      if (path === '/') await page.locator('#live[data-state=up]').waitFor();
      await page.screenshot({ path: join(directory, `${name}${size}${light}.png`) });
      await context.close();
    }
  }
}
