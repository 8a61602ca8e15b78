import { readFile } from 'node:fs/promises';
import { join, matchesGlob } from 'node:path';
import test from 'ava';
import { z } from 'zod';

const root = join(import.meta.dirname, '../..');
const read = (name: string) => readFile(join(root, name), 'utf8');

/** The instructions of each stage, a line each, without comments. */
async function stages(): Promise<readonly (readonly string[])[]> {
  const text = (await read('Dockerfile')).replaceAll(/^#.*\n/gm, '').replaceAll(/ *\\\n */g, ' ');
  return text
    .split(/^(?=FROM )/m)
    .slice(1)
    .map((stage) => stage.split('\n').filter((line) => line !== ''));
}

test('the image runs what npm start runs, as a user without a name on the host', async (t) => {
  const { scripts } = z
    .object({ scripts: z.object({ start: z.string() }) })
    .parse(JSON.parse(await read('package.json')));
  const last = (await stages()).at(-1) ?? [];
  const [, entry = '[]'] = /^ENTRYPOINT (.*)$/m.exec(last.join('\n')) ?? [];
  const words = z.array(z.string()).parse(JSON.parse(entry));
  t.deepEqual(words.slice(0, 2), ['/usr/bin/tini', '--']);
  const [settings = '', command = ''] = scripts.start.split(/ (?=exec )/);
  t.is(`exec ${words.slice(2).join(' ')} serve`, command.replace(' dist', ' /app/dist'));
  const environment = last.find((line) => line.startsWith('ENV ')) ?? '';
  t.true(environment.endsWith(` ${settings}`), environment);
  for (const line of ['USER 10001:10001', 'CMD ["serve"]', 'VOLUME /data']) {
    t.true(last.includes(line), line);
  }
  t.true(last.some((line) => line.startsWith('HEALTHCHECK ') && line.includes('/healthz')));
});

test('the image is asked by localhost and addresses alone, unless it is told of other names', async (t) => {
  const environment = (await stages()).at(-1)?.find((line) => line.startsWith('ENV ')) ?? '';
  t.regex(environment, / HOST=0\.0\.0\.0 ALLOWED_HOSTS=localhost /);
});

test('every stage starts from the same base, which whoever builds may choose', async (t) => {
  const all = await stages();
  t.is(all.length, 3);
  for (const [from = ''] of all) t.regex(from, /^FROM \$\{BASE_IMAGE\}(?: AS \w+)?$/);
  t.regex(await read('Dockerfile'), /^ARG BASE_IMAGE=node:24-bookworm-slim@sha256:[0-9a-f]{64}$/m);
});

test('the image holds the dependencies that run, and no script of theirs has run', async (t) => {
  const installs = (await stages()).flat().filter((line) => line.startsWith('RUN npm ci'));
  t.is(installs.length, 2);
  t.true(installs.every((line) => line.includes(' --ignore-scripts ')));
  t.regex(installs[1] ?? '', / --omit=dev --omit=optional /);
});

test('the build is given every source file, and nothing that stays at home', async (t) => {
  const lines = (await read('.dockerignore')).split('\n').filter((line) => /^[^#]/.test(line));
  const [everything, ...rest] = lines;
  t.is(everything, '*');
  const given = rest.filter((line) => line.startsWith('!')).map((line) => line.slice(1));
  const { include } = z
    .object({ include: z.array(z.string()) })
    .parse(JSON.parse(await read('tsconfig.build.json')));
  for (const path of [...include, 'package-lock.json', 'tsconfig.json']) {
    t.true(
      given.some((pattern) => pattern === path || matchesGlob(path, pattern)),
      path,
    );
  }
  for (const path of ['node_modules', '.git', 'dist', 'test', 'ops', 'data']) {
    t.false(
      given.some((pattern) => matchesGlob(path, pattern)),
      path,
    );
  }
});
