import { posix } from 'node:path';
import { defineConfig, type OxlintConfig } from 'oxlint';

type Override = NonNullable<OxlintConfig['overrides']>[number];

/** A folder, and what its files may import beside one another. */
interface Room {
  readonly folder: string;
  /** Folders by their path from the root, `folder/*` for the files right in one, and packages. */
  readonly may: readonly string[];
  /** Folders of which types may be imported, and nothing that runs. */
  readonly types?: readonly string[];
  /** Whether only the files right in it are meant: each folder in it is a room of its own. */
  readonly isFlat?: true;
}

const node = ['node:*', 'node:*/**'];
const underHandlers = ['handlers/http', 'domain', 'zod'];
const underHosts = ['handlers/*', 'handlers/pages', 'handlers/contract', ...underHandlers];

/** Each arrow of docs/architecture.md. Where two rooms hold a file, the later one counts. */
const rooms: readonly Room[] = [
  { folder: 'domain', may: [] },

  {
    folder: 'handlers',
    may: ['api', 'contract', 'core', 'hosts', 'http', 'pages'].map((name) => `handlers/${name}`),
    isFlat: true,
  },
  { folder: 'handlers/http', may: ['domain', 'zod', '@hapi/accept', 'cookie', 'lru-cache'] },
  { folder: 'handlers/contract', may: [...underHandlers, ...node, 'cookie'] },
  { folder: 'handlers/core', may: ['handlers/contract', ...underHandlers] },
  {
    folder: 'handlers/api',
    may: ['handlers/core', 'handlers/contract', ...underHandlers, 'zod-openapi'],
  },
  {
    folder: 'handlers/pages',
    may: ['handlers/api', 'handlers/core', 'handlers/contract', ...underHandlers, 'cookie'],
  },
  { folder: 'handlers/hosts', may: [...underHosts, '@hapi/call'], isFlat: true },
  {
    folder: 'handlers/hosts/hapi',
    may: [...underHosts, 'handlers/hosts/*', 'views/*', ...node, '@hapi/*', 'lru-cache', 'pino'],
  },
  { folder: 'handlers/hosts/fetch', may: [...underHosts, 'handlers/hosts/*', 'views/*', ...node] },

  { folder: 'views', may: ['domain', ...node, 'nunjucks', 'd3-*', 'lru-cache'] },
  { folder: 'views/browser', may: ['domain'] },

  { folder: 'adapters', may: [], isFlat: true },
  adapter('*'),
  adapter('access', ['adapters/net', 'lru-cache', 'rate-limiter-flexible'], ['adapters/config']),
  adapter('cache', ['lru-cache']),
  adapter(
    'cli',
    ['config', 'disk', 'egress', 'git', 'log', 'process'].map((name) => `adapters/${name}`),
  ),
  adapter('config', ['zod'], ['adapters/git']),
  adapter('disk', ['adapters/config', 'adapters/process']),
  adapter('egress', ['adapters/net', 'ip-address', 'proxy-chain']),
  adapter(
    'git',
    ['adapters/disk', 'adapters/process', 'adapters/rpc', 'execa'],
    ['adapters/egress'],
  ),
  adapter('log', ['pino']),
  adapter('metrics', ['prom-client']),
  adapter('net', ['ip-address']),
  adapter('sqlite', ['adapters/rpc']),
  adapter('status', ['adapters/disk']),
  adapter('store', ['adapters/disk', 'adapters/memory', 'adapters/process', 'adapters/sqlite']),
  // Rules and panels are made from the catalogue alone, so it must bring nothing along.
  { folder: 'adapters/metrics/catalogue', may: [] },

  { folder: 'ops/prometheus', may: ['adapters/metrics/catalogue', 'yaml'] },
  {
    folder: 'ops/grafana',
    may: ['adapters/metrics/catalogue', 'ops/prometheus', '@grafana/grafana-foundation-sdk/*'],
  },
];

function adapter(
  technology: string,
  may: readonly string[] = [],
  types: readonly string[] = [],
): Room {
  return { folder: `adapters/${technology}`, may: ['domain', ...node, ...may], types };
}

/**
 * Paths that are not the shortest to where they lead: a pattern would take them for what they begin with. Refused with them
 * is the import that brings in `process.env` by another name.
 */
const roundabout = {
  regex: String.raw`(^|/)(\.|\.{3,}|[^/]*[^./][^/]*)?/\.\.(/|$)|/\.(/|$)|//|[\\%]|^(node:)?process$`,
  message: 'Write the shortest path to a module; `process` needs no import.',
};

/** Lets the files of a room import what it may; the test of it is test/repository/boundaries.test.ts. */
function rulesOf(room: Room): readonly Override[] {
  // As patterns of a .gitignore are: `[!.]` keeps a path from leading further up.
  if (room.isFlat) return [refuse(`${room.folder}/**`, room), inRoom(room, '', ['./[!.]*'])];
  return [
    refuse(`${room.folder}/**`, room),
    inRoom(room, '', ['./**']),
    inRoom(room, '/*', ['./**', '../[!.]*', '../[!.]*/**']),
  ];
}

/** The rule for the files of a room, or of the folders right in it, with the paths by which they import one another. */
function inRoom(room: Room, depth: '' | '/*', own: readonly string[]): Override {
  const { folder, may, types = [] } = room;
  const from = folder + depth;
  const allowed = [...may, ...types].flatMap((module) => pathsTo(from, module));
  const withoutCode = types.map((module) => ({
    regex: `^${posix.relative(from, module).replaceAll('.', String.raw`\.`)}/`,
    message: `${folder} knows ${module} by its types alone.`,
    allowTypeImports: true,
  }));
  return refuse(`${from}/*`, room, [...own, ...allowed], withoutCode);
}

/** Patterns of what is imported from a folder: those of packages as they stand. */
function pathsTo(from: string, module: string): readonly string[] {
  if (!/^(?:domain|handlers|adapters|views|ops)\b/.test(module)) return [module];
  const path = posix.relative(from, module).replace(/^(?!\.)/, './');
  return path.endsWith('/*') ? [path.replace(/\*$/, '[!.]*')] : [`${path}/**`];
}

function refuse(
  files: string,
  { folder, may, types = [] }: Room,
  allowed: readonly string[] = [],
  first: readonly { readonly regex: string; readonly message: string }[] = [],
): Override {
  const names = [...may, ...types.map((module) => `types of ${module}`)];
  const message = `${folder} may import its own files, ${names.join(', ') || 'and nothing else'}.`;
  // A pattern that allows a path ends the search, so what refuses more comes before it.
  const patterns = [
    roundabout,
    ...first,
    { group: ['**', ...allowed.map((path) => `!${path}`)], message },
  ];
  return { files: [files], rules: { 'no-restricted-imports': ['error', { patterns }] } };
}

function withoutGlobals(files: string, ...names: string[]): Override {
  return { files: [files], rules: { 'no-restricted-globals': ['error', ...names] } };
}

const readEnvironment = {
  object: 'process',
  property: 'env',
  message: 'Only cli.ts reads the environment.',
};

const sendSignals = {
  object: 'process',
  property: 'kill',
  message:
    'A number may be 0, our own group, or a stranger’s by now: adapters/process/process-identity.ts ' +
    'sends signals, and test/kit/signal.ts those of tests.',
};

const namesOfProcess = ['globalThis', 'global'].map((object) => ({
  object,
  property: 'process',
  message: 'Write `process`.',
}));

const processModule = {
  regex: '^(node:)?process$',
  message: '`process` needs no import.',
};

export default defineConfig({
  plugins: ['typescript', 'unicorn', 'oxc', 'import', 'promise', 'node'],
  options: { typeAware: true, denyWarnings: true, reportUnusedDisableDirectives: 'error' },
  env: { node: true },
  globals: { Node: 'readonly' },
  ignorePatterns: ['node_modules/', 'dist/', 'coverage/'],
  categories: { correctness: 'error', suspicious: 'error' },
  rules: {
    eqeqeq: 'error',
    'import/no-cycle': ['error', { ignoreTypes: false }],
    'import/no-default-export': 'error',
    // Everywhere but in the rooms below, which have rules of their own.
    'no-restricted-imports': [
      'error',
      { patterns: [roundabout, { group: ['./test/**', './ops/**'], message: 'Not shipped.' }] },
    ],
    // A type may hide no global either. `node:timers/promises` has namesakes of its own.
    'no-shadow': [
      'error',
      {
        builtinGlobals: true,
        ignoreTypeValueShadow: false,
        allow: ['module', 'setImmediate', 'setInterval', 'setTimeout'],
      },
    ],
    // These two refuse the imports that no-restricted-imports cannot see: `import(name)` and `import('x').T`.
    'import/no-dynamic-require': ['error', { esmodule: true }],
    'typescript/consistent-type-imports': 'error',
    'node/no-process-env': 'error',
    'no-restricted-properties': ['error', readEnvironment, ...namesOfProcess, sendSignals],
    'typescript/no-deprecated': 'error',
    'typescript/no-explicit-any': 'error',
    'typescript/no-misused-promises': 'error',
    'typescript/no-non-null-assertion': 'error',
    'typescript/no-unsafe-argument': 'error',
    'typescript/no-unsafe-assignment': 'error',
    'typescript/no-unsafe-call': 'error',
    'typescript/no-unsafe-member-access': 'error',
    'typescript/no-unsafe-return': 'error',
    'typescript/only-throw-error': 'error',
    'typescript/prefer-promise-reject-errors': 'error',
    'typescript/return-await': 'error',
    'typescript/switch-exhaustiveness-check': 'error',
    // Ports and adapters are objects of functions, and none of them uses `this`.
    'typescript/unbound-method': 'off',
    // The compiler sees whether a switch leaves out a case; this rule does not.
    'typescript/consistent-return': 'off',
    // `fc.string()` is how fast-check is written.
    'import/no-named-as-default-member': 'off',
    // Meant for windows; threads of Node.js have no origin.
    'unicorn/require-post-message-target-origin': 'off',
    // A small arrow function beside its only use reads better than one moved away from it.
    'unicorn/consistent-function-scoping': 'off',
  },
  overrides: [
    ...rooms.flatMap(rulesOf),
    withoutGlobals('domain/**', 'process', 'global', 'globalThis', 'Buffer', 'console', 'fetch'),
    withoutGlobals('handlers/**', 'process', 'global', 'globalThis'),
    withoutGlobals('views/browser/**', 'process', 'global', 'Buffer'),
    {
      files: ['test/**', 'ops/**'],
      rules: { 'node/no-process-env': 'off', 'no-restricted-properties': 'off' },
    },
    // A test names what it does as the subject does, such as `fetch`.
    {
      files: ['test/**'],
      rules: {
        'no-shadow': 'error',
        'no-restricted-imports': ['error', { patterns: [processModule] }],
      },
    },
    {
      files: ['test/**'],
      rules: { 'no-restricted-properties': ['error', ...namesOfProcess, sendSignals] },
    },
    { files: ['test/kit/signal.ts'], rules: { 'no-restricted-properties': 'off' } },
    // The second kills itself alone.
    {
      files: ['adapters/process/process-identity.ts', 'adapters/cli/serve.ts'],
      rules: { 'no-restricted-properties': ['error', readEnvironment, ...namesOfProcess] },
    },
    // What builds panels has methods of that name.
    { files: ['ops/grafana/**'], rules: { 'unicorn/no-array-sort': 'off' } },
    { files: ['*.config.{js,ts}'], rules: { 'import/no-default-export': 'off' } },
    // Ava's events have no types, nor has `process` in JavaScript.
    {
      files: ['*.config.js'],
      rules: {
        'typescript/no-unsafe-assignment': 'off',
        'typescript/no-unsafe-call': 'off',
        'typescript/no-unsafe-member-access': 'off',
      },
    },
  ],
});
