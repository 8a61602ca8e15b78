import { glob, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { lint, type Complaint } from './lint.ts';

/** Adapters that know another one by its types alone. */
const typesAlone = new Set(['access config', 'config git', 'git egress']);

/** Of each room: a file in it, the modules that it may import, and some that it may not. */
const rooms: readonly { file: string; may: string; mayNot: string }[] = [
  {
    file: 'domain/planted.ts',
    may: './errors.ts ./ports/ports.ts',
    mayNot:
      'node:fs fs zod execa git-monitoring-server/domain ../main.ts ./../main.ts ./x/../../main.ts ' +
      '././../main.ts ./x./../../main.ts .//../main.ts ./%2e%2e/main.ts ' +
      '../handlers/index.ts ../adapters/memory/memory.ts ../test/kit/until.ts',
  },
  ...['ports', 'history', 'use-cases', 'concurrency'].map((folder) => ({
    file: `domain/${folder}/planted.ts`,
    may: './own.ts ../errors.ts ../history/own.ts',
    mayNot: 'node:fs zod ../../main.ts ../../adapters/memory/memory.ts ../../handlers/index.ts',
  })),
  { file: 'domain/history/deeper/planted.ts', may: '', mayNot: './own.ts ../../errors.ts' },

  {
    file: 'handlers/planted.ts',
    may:
      './own.ts ./hosts/own.ts ./hosts/hapi/own.ts ./pages/own.ts ./api/own.ts ./core/own.ts ' +
      './contract/own.ts ./http/own.ts',
    mayNot: 'zod node:fs pino ../views/render.ts ../main.ts ../adapters/git/own.ts ./other/own.ts',
  },
  { file: 'handlers/other/planted.ts', may: '', mayNot: './own.ts ../index.ts zod' },
  {
    file: 'handlers/hosts/planted.ts',
    may:
      './own.ts ../routes.ts ../pages/own.ts ../contract/own.ts ../http/own.ts ' +
      '../../domain/index.ts zod @hapi/call',
    mayNot:
      './hapi/own.ts ./fetch/own.ts ../api/own.ts ../core/own.ts ../../views/own.ts node:fs ' +
      '@hapi/hapi ../../main.ts',
  },
  {
    file: 'handlers/hosts/hapi/planted.ts',
    may:
      './own.ts ./fast-path/own.ts ../own.ts ../../routes.ts ../../pages/own.ts ' +
      '../../contract/own.ts ../../http/own.ts ../../../domain/index.ts ../../../views/render.ts ' +
      'zod node:http @hapi/hapi @hapi/inert pino',
    mayNot:
      '../fetch/own.ts ../../api/own.ts ../../core/own.ts ../../../views/browser/own.ts nunjucks ' +
      'execa ../../../main.ts ../../../adapters/git/own.ts',
  },
  {
    file: 'handlers/hosts/hapi/fast-path/planted.ts',
    may: './own.ts ../own.ts ../../own.ts ../../../routes.ts ../../../contract/own.ts node:http',
    mayNot: '../../fetch/own.ts ../../../api/own.ts ../../../../main.ts',
  },
  {
    file: 'handlers/hosts/fetch/planted.ts',
    may:
      './own.ts ../own.ts ../../routes.ts ../../pages/own.ts ../../contract/own.ts ' +
      '../../../domain/index.ts ../../../views/render.ts zod node:fs/promises',
    mayNot: '../hapi/own.ts ../../api/own.ts @hapi/hapi pino nunjucks ../../../main.ts',
  },
  {
    file: 'handlers/pages/planted.ts',
    may:
      './own.ts ./project/own.ts ../api/own.ts ../core/own.ts ../contract/own.ts ../http/own.ts ' +
      '../../domain/index.ts zod',
    mayNot:
      '../hosts/own.ts ../hosts/hapi/own.ts ../routes.ts ../../views/render.ts node:fs @hapi/hapi ' +
      '../../main.ts',
  },
  {
    file: 'handlers/pages/project/planted.ts',
    may:
      './own.ts ../own.ts ../../api/own.ts ../../core/own.ts ../../contract/own.ts ' +
      '../../http/own.ts ../../../domain/index.ts zod',
    mayNot: '../../hosts/own.ts ../../routes.ts ../../../views/render.ts node:fs ../../../main.ts',
  },
  {
    file: 'handlers/api/planted.ts',
    may: './own.ts ../core/own.ts ../contract/own.ts ../http/own.ts ../../domain/index.ts zod zod-openapi',
    mayNot: '../pages/own.ts ../hosts/own.ts ../routes.ts node:fs ../../views/own.ts ../../main.ts',
  },
  {
    file: 'handlers/core/planted.ts',
    may: './own.ts ../contract/own.ts ../http/own.ts ../../domain/index.ts zod',
    mayNot: '../api/own.ts ../pages/own.ts ../hosts/own.ts ../routes.ts node:fs zod-openapi',
  },
  {
    file: 'handlers/contract/planted.ts',
    may: './own.ts ../http/own.ts ../../domain/index.ts zod node:crypto',
    mayNot:
      '../core/own.ts ../api/own.ts ../pages/own.ts ../pages/project/own.ts ../hosts/own.ts ' +
      '../routes.ts @hapi/hapi ../../views/own.ts ../../adapters/cache/own.ts',
  },
  {
    file: 'handlers/http/planted.ts',
    may: './own.ts ../../domain/index.ts zod @hapi/accept',
    mayNot:
      '../contract/own.ts ../core/own.ts ../api/own.ts ../pages/own.ts ../hosts/own.ts ../routes.ts ' +
      '@hapi/hapi node:fs ../../main.ts',
  },

  {
    file: 'views/planted.ts',
    may: './render.ts ../domain/index.ts node:path nunjucks d3-shape',
    mayNot: '@hapi/vision ../handlers/index.ts ../adapters/git/own.ts ../main.ts',
  },
  {
    file: 'views/browser/planted.ts',
    may: './own.ts ../../domain/project.ts',
    mayNot: 'node:path nunjucks d3-shape ../render.ts ../../handlers/index.ts ../../main.ts',
  },

  {
    file: 'adapters/planted.ts',
    may: './own.ts',
    mayNot: './git/own.ts ../domain/index.ts node:fs',
  },
  ...adapters(),
  {
    file: 'adapters/metrics/catalogue/planted.ts',
    may: './own.ts',
    mayNot: '../own.ts ../../../domain/index.ts prom-client node:fs zod',
  },

  {
    file: 'ops/prometheus/planted.ts',
    may: './own.ts ../../adapters/metrics/catalogue/index.ts yaml',
    mayNot:
      '../own.ts ../../adapters/metrics/prometheus.ts ../../domain/index.ts ../../main.ts ../grafana/own.ts ' +
      'prom-client node:fs @grafana/grafana-foundation-sdk/dashboard',
  },
  {
    file: 'ops/grafana/planted.ts',
    may:
      './own.ts ../prometheus/own.ts ../../adapters/metrics/catalogue/index.ts ' +
      '@grafana/grafana-foundation-sdk/dashboard',
    mayNot:
      '../own.ts ../../adapters/metrics/prometheus.ts ../../domain/index.ts ../../main.ts ' +
      'prom-client node:fs',
  },

  ...['main.ts', 'cli.ts', 'git-worker.ts'].map((file) => ({
    file,
    may:
      './own.ts ./adapters/git/own.ts ./handlers/routes.ts ./handlers/hosts/hapi/own.ts ' +
      './domain/index.ts pino commander node:fs',
    mayNot: './test/kit/until.ts ./ops/package/manifest.ts node:process process',
  })),
];

/** Each adapter may import itself, the domain, Node.js, its own library, and those of the others that it builds on. */
function adapters(): typeof rooms {
  const own: Readonly<Record<string, { libraries?: string; others?: string }>> = {
    access: { libraries: 'lru-cache rate-limiter-flexible', others: 'net' },
    cache: { libraries: 'lru-cache' },
    cli: { others: 'config disk egress git log process' },
    config: { libraries: 'zod' },
    disk: { others: 'config process' },
    egress: { libraries: 'ip-address proxy-chain', others: 'net' },
    events: {},
    git: { libraries: 'execa', others: 'disk process rpc' },
    jobs: {},
    log: { libraries: 'pino' },
    memory: {},
    metrics: { libraries: 'prom-client' },
    net: { libraries: 'ip-address' },
    process: {},
    queue: {},
    rpc: {},
    sqlite: { others: 'rpc' },
    status: { others: 'disk' },
    store: { others: 'disk memory process sqlite' },
    timer: {},
    'of-tomorrow': {},
  };
  const libraries = 'execa lru-cache pino prom-client proxy-chain zod'.split(' ');
  const names = Object.keys(own);
  return Object.entries(own).map(([name, { libraries: its = '', others = '' }]) => {
    const [mayLibraries, mayAdapters] = [its.split(' '), others.split(' ')];
    const pathOf = (adapter: string) => `../${adapter}/own.ts`;
    const may = mayAdapters.filter((adapter) => adapter !== '').map(pathOf);
    const mayNot = names.filter((adapter) => adapter !== name && !mayAdapters.includes(adapter));
    return {
      file: `adapters/${name}/planted.ts`,
      may: ['./own.ts ../../domain/index.ts node:fs/promises', its, ...may].join(' ').trim(),
      mayNot: [
        '../../main.ts ../../handlers/index.ts ../../views/render.ts ../own.ts @hapi/hapi',
        ...libraries.filter((library) => !mayLibraries.includes(library)),
        // Of some of these the types may be imported, as the next test but one says.
        ...mayNot.filter((adapter) => !typesAlone.has(`${name} ${adapter}`)).map(pathOf),
      ].join(' '),
    };
  });
}

/** Every way to bring in a module; `n` keeps the names in one file apart. */
const ways: readonly ((module: string, n: number) => string)[] = [
  (module, n) => `import { a${n} } from '${module}';`,
  (module, n) => `import * as b${n} from '${module}';`,
  (module, n) => `import type { C${n} } from '${module}';`,
  (module, n) => `import { type D${n} } from '${module}';`,
  (module, n) => `export { e${n} } from '${module}';`,
  (module, n) => `export * as f${n} from '${module}';`,
  (module, n) => `export type { G${n} } from '${module}';`,
  (module, n) => `export const h${n} = await import('${module}');`,
];

/** Refused whatever it names, because the rules about modules do not see into it. */
const typeExpression = (module: string, n: number) => `export type I${n} = import('${module}').I;`;

function plant(modules: string, how: typeof ways): string {
  const lines = modules
    .split(' ')
    .filter((module) => module !== '')
    .flatMap((module, i) => how.map((way, j) => way(module, i * how.length + j)));
  return lines.join('\n');
}

const importRules = new Set([
  'eslint(no-restricted-imports)',
  'typescript(consistent-type-imports)',
]);

/** What is shipped, as it is checked in. */
async function globSources(): Promise<readonly { readonly file: string; readonly text: string }[]> {
  const cwd = join(import.meta.dirname, '../..');
  const files = glob('{*,{adapters,domain,handlers,views}/**/*}.ts', { cwd });
  const sources = [];
  for await (const file of files)
    sources.push({ file, text: await readFile(join(cwd, file), 'utf8') });
  return sources;
}

/** The lines whose imports were refused, `file: line`. */
function refusedImports(complaints: readonly Complaint[]): string[] {
  const lines = complaints
    .filter(({ rule }) => importRules.has(rule))
    .map(({ file, source }) => `${file}: ${source}`);
  return [...new Set(lines)].toSorted();
}

test('an import that leads out of its room is refused, whichever way it is written', async (t) => {
  const files = Object.fromEntries(
    rooms.map(({ file, mayNot }) => [file, plant(mayNot, [...ways, typeExpression])]),
  );
  const planted = Object.entries(files).flatMap(([file, text]) =>
    text.split('\n').map((line) => `${file}: ${line}`),
  );
  const refused = new Set(refusedImports(await lint(t, files)));
  t.deepEqual(
    planted.filter((line) => !refused.has(line)),
    [],
  );
});

test('what a room may import passes, whichever way it is written', async (t) => {
  const files = Object.fromEntries(rooms.map(({ file, may }) => [file, plant(may, ways)]));
  t.deepEqual(refusedImports(await lint(t, files)), []);
});

test('an adapter may import the types of some others and nothing of them that runs', async (t) => {
  const files: Record<string, string> = {};
  const planted: string[] = [];
  for (const pair of typesAlone) {
    const [name, other] = pair.split(' ');
    const path = `../${other}/own.ts`;
    const file = `adapters/${name}/planted.ts`;
    const refused = [
      `import { a } from '${path}';`,
      `export { b } from '${path}';`,
      `export const c = await import('${path}');`,
      `import { d } from './${path}';`,
    ];
    const passed = [
      `import type { E } from '${path}';`,
      `import { type F } from '${path}';`,
      `export type { G } from '${path}';`,
    ];
    files[file] = [...refused, ...passed].join('\n');
    planted.push(...refused.map((line) => `${file}: ${line}`));
  }
  t.deepEqual(refusedImports(await lint(t, files)), planted.toSorted());
});

test('only cli.ts reads the environment, in the one line that says so', async (t) => {
  const reading = [
    "export const a = process.env['PORT'];",
    "export const b = process['env'];",
    'export const { env: c } = process;',
    'export const d = globalThis.process;',
    "export { env as e } from 'node:process';",
  ];
  const files = [
    'cli.ts',
    'main.ts',
    'git-worker.ts',
    'adapters/config/a.ts',
    'adapters/cli/a.ts',
    'domain/a.ts',
    'handlers/a.ts',
  ];
  const complaints = await lint(
    t,
    Object.fromEntries(files.map((file) => [file, reading.join('\n')])),
  );
  t.deepEqual(
    [...new Set(complaints.map(({ file, source }) => `${file}: ${source}`))].toSorted(),
    files.flatMap((file) => reading.map((line) => `${file}: ${line}`)).toSorted(),
  );
  const sources = await globSources();
  const excepted = sources.filter(({ text }) =>
    /oxlint-disable.*(?:no-process-env|no-restricted)/.test(text),
  );
  t.deepEqual(
    excepted.map(({ file }) => file),
    ['cli.ts'],
  );
});

test('signals are sent by the files alone that know whom they reach', async (t) => {
  const sending = [
    'process.kill(1, 0);',
    "process['kill'](1, 0);",
    'export const { kill: a } = process;',
    'export const b = globalThis.process;',
    "export { kill as c } from 'node:process';",
  ];
  const files = ['test/kit/a.ts', 'test/e2e/a.long.ts', 'test/tools/a.ts', 'adapters/git/a.ts'];
  const text = sending.join('\n');
  const complaints = await lint(t, {
    ...Object.fromEntries(files.map((file) => [file, text])),
    'test/kit/signal.ts': 'export const a = () => process.kill(2, 0);',
    'adapters/process/process-identity.ts': 'export const a = () => process.kill(2, 0);',
  });
  t.deepEqual(
    [...new Set(complaints.map(({ file, source }) => `${file}: ${source}`))].toSorted(),
    files.flatMap((file) => sending.map((line) => `${file}: ${line}`)).toSorted(),
  );
});

test('a name of ours that hides a global one is refused, a type too', async (t) => {
  const hiding = [
    "import type { Request } from '@hapi/hapi';",
    'interface Response { readonly request: Request }',
    'export const fetch = (URL: string): Response | string => URL;',
    'export interface Event { readonly of: Node; readonly at: Headers }',
    'type Node = string;',
    'class Headers {}',
  ];
  const complaints = await lint(t, { 'handlers/hosts/hapi/a.ts': hiding.join('\n') });
  const hidden = complaints.filter(({ rule }) => rule === 'eslint(no-shadow)');
  t.deepEqual([...new Set(hidden.map(({ source }) => source))], hiding);
});

test('what only types or several files together give away is found', async (t) => {
  const complaints = await lint(t, {
    'domain/a.ts': "import { b } from './b.ts';\nexport const a = () => b;",
    'domain/b.ts': "import { a } from './a.ts';\nexport const b = () => a;",
    'domain/c.ts': [
      'const work = () => Promise.resolve(1);',
      'export function start(): void { work(); }',
      'export function later(): void { [1].forEach(async () => { await work(); }); }',
      "export function pick(way: 'up' | 'down') { switch (way) { case 'up': return 1; } return 2; }",
      'export const parse = (text: string) => { const value = JSON.parse(text); return value.x; };',
      'export const load = (name: string) => import(name);',
    ].join('\n'),
  });
  const found = new Set(complaints.map(({ rule }) => rule));
  for (const rule of [
    'import(no-cycle)',
    'import(no-dynamic-require)',
    'typescript(no-floating-promises)',
    'typescript(no-misused-promises)',
    'typescript(switch-exhaustiveness-check)',
    'typescript(no-unsafe-assignment)',
    'typescript(no-unsafe-member-access)',
  ]) {
    t.true(found.has(rule), rule);
  }
});
