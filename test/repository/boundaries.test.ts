import test from 'ava';
import { lint, type Complaint } from './lint.ts';

/** Each place, the modules that files there may import, and some of those that they may not. */
const places: readonly { file: string; may: string; mayNot: string }[] = [
  {
    file: 'domain/planted.ts',
    may: './errors.ts',
    mayNot:
      'node:fs fs zod execa git-monitoring-server/domain ../main.ts ./../main.ts ./x/../../main.ts ' +
      '../config.ts ../handlers/server.ts ../adapters/memory/memory.ts ../test/helpers/lint.ts',
  },
  {
    file: 'handlers/planted.ts',
    may: './problems.ts ../domain/index.ts zod',
    mayNot:
      'node:fs @hapi/hapi pino nunjucks ../views/render.ts ../main.ts ../domain/../main.ts ' +
      '../config.ts ../adapters/git/git.ts',
  },
  {
    file: 'handlers/hosts/hapi/server.ts',
    may: './problems.ts ../domain/index.ts ../views/render.ts zod @hapi/hapi @hapi/inert pino',
    mayNot: 'nunjucks execa ../views/static/script.ts ../main.ts ../adapters/git/git.ts',
  },
  {
    file: 'handlers/hosts/fetch/handler.ts',
    may: './problems.ts ../domain/index.ts ../views/render.ts zod node:fs/promises',
    mayNot: 'nunjucks @hapi/hapi pino execa ../main.ts ../adapters/git/git.ts',
  },
  {
    file: 'handlers/hosts/fetch/templates.ts',
    may: './problems.ts ../domain/index.ts ../views/render.ts zod node:fs/promises',
    mayNot: 'nunjucks @hapi/hapi pino execa ../main.ts ../adapters/git/git.ts',
  },
  {
    file: 'views/planted.ts',
    may: './render.ts ../domain/index.ts node:path',
    mayNot: 'nunjucks ../handlers/server.ts ../adapters/git/git.ts ../main.ts',
  },
  {
    file: 'views/render.ts',
    may: 'nunjucks ../domain/index.ts node:path',
    mayNot: '@hapi/vision ../handlers/server.ts ../main.ts',
  },
  {
    file: 'views/browser/planted.ts',
    may: './own.ts ../../domain/project.ts',
    mayNot: 'node:path nunjucks d3-shape ../render.ts ../../handlers/reply.ts ../../main.ts',
  },
  {
    file: 'views/sparkline.ts',
    may: 'd3-shape d3-scale ./own.ts ../domain/index.ts',
    mayNot: 'nunjucks ../handlers/server.ts ../main.ts',
  },
  {
    file: 'adapters/git/planted.ts',
    may: './own.ts ../../domain/index.ts node:fs node:fs/promises execa',
    mayNot: '../../main.ts ../../config.ts ../../handlers/problems.ts ../store/memory.ts zod',
  },
  {
    file: 'adapters/egress/planted.ts',
    may: './own.ts ../../domain/index.ts node:fs node:fs/promises proxy-chain ip-address',
    mayNot: '../../main.ts ../../config.ts ../../handlers/problems.ts ../git/git.ts execa',
  },
  {
    file: 'adapters/metrics/planted.ts',
    may: './own.ts ../../domain/index.ts node:perf_hooks prom-client',
    mayNot: '../../main.ts ../../config.ts ../../handlers/problems.ts ../git/git.ts execa',
  },
  {
    file: 'adapters/metrics/catalogue.ts',
    may: '',
    mayNot: './own.ts ../../domain/index.ts prom-client node:fs zod',
  },
  {
    file: 'ops/promql.ts',
    may: '../../adapters/metrics/catalogue.ts',
    mayNot:
      '../adapters/metrics/prometheus.ts ../adapters/git/git.ts ../main.ts prom-client node:fs',
  },
  {
    file: 'ops/prometheus/planted.ts',
    may: './own.ts ../promql.ts ../../adapters/metrics/catalogue.ts',
    mayNot:
      '../../adapters/metrics/prometheus.ts ../../domain/index.ts ../../main.ts ../grafana/own.ts ' +
      'prom-client node:fs @grafana/grafana-foundation-sdk/dashboard',
  },
  {
    file: 'ops/grafana/planted.ts',
    may:
      './own.ts ../promql.ts ../../adapters/metrics/catalogue.ts ../prometheus/recorded.ts ' +
      '@grafana/grafana-foundation-sdk/dashboard',
    mayNot:
      '../../adapters/metrics/prometheus.ts ../../domain/index.ts ../../main.ts ../prometheus/alerts.ts ' +
      'prom-client node:fs',
  },
  {
    file: 'adapters/of-tomorrow/planted.ts',
    may: './own.ts ../../domain/index.ts node:fs/promises',
    mayNot: '../../main.ts ../../views/render.ts ../git/git.ts execa prom-client',
  },
  {
    file: 'adapters/config/config.ts',
    may: 'zod node:fs',
    mayNot: 'execa ./domain/index.ts ./adapters/git/git.ts ./main.ts',
  },
  {
    file: 'main.ts',
    may: './config.ts ./adapters/git/git.ts ./handlers/server.ts ./domain/index.ts pino node:fs',
    mayNot: './test/helpers/lint.ts ./ops/package/manifest.ts',
  },
  {
    file: 'cli.ts',
    may: './main.ts commander',
    mayNot: './test/helpers/lint.ts ./ops/package/manifest.ts node:process',
  },
];

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

/** The lines whose imports were refused, `file: line`. */
function refusedImports(complaints: readonly Complaint[]): string[] {
  const lines = complaints
    .filter(({ rule }) => importRules.has(rule))
    .map(({ file, source }) => `${file}: ${source}`);
  return [...new Set(lines)].toSorted();
}

test('an import that leads out of its place is refused, whichever way it is written', async (t) => {
  const files = Object.fromEntries(
    places.map(({ file, mayNot }) => [file, plant(mayNot, [...ways, typeExpression])]),
  );
  const planted = Object.entries(files).flatMap(([file, text]) =>
    text.split('\n').map((line) => `${file}: ${line}`),
  );
  t.deepEqual(refusedImports(await lint(t, files)), planted.toSorted());
});

test('what a place may import passes, whichever way it is written', async (t) => {
  const files = Object.fromEntries(places.map(({ file, may }) => [file, plant(may, ways)]));
  t.deepEqual(refusedImports(await lint(t, files)), []);
});

test('adapters/git may import the types of egress and nothing of it that runs', async (t) => {
  const egress = '../egress/proxy.ts';
  const file = 'adapters/git/planted.ts';
  const refused = [
    `import { a } from '${egress}';`,
    `export { b } from '${egress}';`,
    `export const c = await import('${egress}');`,
    `import { d } from './../egress/proxy.ts';`,
  ];
  const passed = [
    `import type { E } from '${egress}';`,
    `import { type F } from '${egress}';`,
    `export type { G } from '${egress}';`,
  ];
  const complaints = await lint(t, { [file]: [...refused, ...passed].join('\n') });
  t.deepEqual(refusedImports(complaints), refused.map((line) => `${file}: ${line}`).toSorted());
});

test('only adapters/cli/commands.ts reads the environment', async (t) => {
  const reading = [
    "export const a = process.env['PORT'];",
    "export const b = process['env'];",
    'export const { env: c } = process;',
    'export const d = globalThis.process;',
  ];
  const elsewhere = [...reading, "export { env as e } from 'node:process';"];
  const files = [
    'cli.ts',
    'main.ts',
    'adapters/config/config.ts',
    'domain/a.ts',
    'handlers/a.ts',
    'adapters/git/a.ts',
  ];
  const complaints = await lint(t, {
    'adapters/cli/commands.ts': reading.join('\n'),
    ...Object.fromEntries(files.map((file) => [file, elsewhere.join('\n')])),
  });
  t.deepEqual(
    [...new Set(complaints.map(({ file, source }) => `${file}: ${source}`))].toSorted(),
    files.flatMap((file) => elsewhere.map((line) => `${file}: ${line}`)).toSorted(),
  );
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
