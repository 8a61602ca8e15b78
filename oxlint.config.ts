import { defineConfig, type OxlintConfig } from 'oxlint';

type Override = NonNullable<OxlintConfig['overrides']>[number];
type Refusal = { regex: string; message: string; allowTypeImports?: boolean };

/** Paths whose folder only looks like an allowed one, and the import that would bring in `process.env` by another name. */
const roundabout: Refusal = {
  regex: String.raw`^\./\.\./|[^./]/\.\./|^(node:)?process$`,
  message: 'Write the shortest path to a module; `process` needs no import.',
};

const node = ['node:*', 'node:*/**'];
const handlers = ['./**', '../domain/**', 'zod'];
const catalogue = '../adapters/metrics/catalogue.ts';
const hapi = ['@hapi/*', 'pino'];

/** Lets files import these modules and no others; the test of it is test/repository/boundaries.test.ts. */
function mayImport(files: string, modules: readonly string[], refused?: Refusal): Override {
  // A pattern that allows a path ends the search, so what refuses more comes before it.
  const patterns = [
    roundabout,
    ...(refused === undefined ? [] : [refused]),
    {
      group: ['**', ...modules.map((module) => `!${module}`)],
      message: `${files} may import only ${modules.join(' ')}`,
    },
  ];
  return { files: [files], rules: { 'no-restricted-imports': ['error', { patterns }] } };
}

function adapter(technology: string, modules: readonly string[], refused?: Refusal): Override {
  const allowed = ['./**', '../../domain/**', ...node, ...modules];
  return mayImport(`adapters/${technology}/**`, allowed, refused);
}

function withoutGlobals(files: string, ...names: string[]): Override {
  return { files: [files], rules: { 'no-restricted-globals': ['error', ...names] } };
}

export default defineConfig({
  plugins: ['typescript', 'unicorn', 'oxc', 'import', 'promise', 'node'],
  options: { typeAware: true, denyWarnings: true, reportUnusedDisableDirectives: 'error' },
  ignorePatterns: ['node_modules/', 'dist/', 'coverage/'],
  categories: { correctness: 'error', suspicious: 'error' },
  rules: {
    eqeqeq: 'error',
    'import/no-cycle': ['error', { ignoreTypes: false }],
    'import/no-default-export': 'error',
    // These two refuse the imports that no-restricted-imports cannot see: `import(name)` and `import('x').T`.
    'import/no-dynamic-require': ['error', { esmodule: true }],
    'typescript/consistent-type-imports': 'error',
    'node/no-process-env': 'error',
    'no-restricted-properties': [
      'error',
      {
        object: 'process',
        property: 'env',
        message: 'Only adapters/cli/commands.ts reads the environment.',
      },
      { object: 'globalThis', property: 'process', message: 'Write `process`.' },
      { object: 'global', property: 'process', message: 'Write `process`.' },
    ],
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
    mayImport('adapters/config/config.ts', [
      './adapters/config/private-file.ts',
      './adapters/config/variables.ts',
      'zod',
      ...node,
    ]),
    mayImport('domain/**', ['./**']),
    withoutGlobals('domain/**', 'process', 'global', 'globalThis', 'Buffer', 'console', 'fetch'),
    mayImport('handlers/**', handlers),
    withoutGlobals('handlers/**', 'process', 'global', 'globalThis'),
    mayImport('handlers/http/accept.ts', [...handlers, '@hapi/accept']),
    mayImport('handlers/api/openapi.ts', [...handlers, 'zod-openapi']),
    mayImport('handlers/{represent,made-text}.ts', [...handlers, ...node]),
    mayImport(
      'handlers/{server,hapi-request,hapi-response,node-call,exchanges,observe,shortcut,listener,connections,session-streams}.ts',
      [...handlers, '../views/*.ts', ...node, ...hapi],
    ),
    mayImport('handlers/{fetch,view-files}.ts', [...handlers, '../views/*.ts', ...node]),
    mayImport('views/**', ['./**', '../domain/**', ...node]),
    mayImport('views/browser/**', ['./**', '../../domain/**']),
    withoutGlobals('views/browser/**', 'process', 'global', 'Buffer'),
    mayImport('views/{sparkline,week-chart}.ts', ['./**', '../domain/**', ...node, 'd3-*']),
    mayImport('views/render.ts', ['./**', '../domain/**', ...node, 'nunjucks']),
    adapter('*', []),
    adapter('access', ['rate-limiter-flexible']),
    adapter('cache', ['lru-cache']),
    adapter('egress', ['proxy-chain', 'ip-address']),
    adapter('git', ['execa', '../egress/*'], {
      regex: String.raw`^\.\./egress/`,
      message: 'adapters/git knows egress by its types alone; main.ts brings the two together.',
      allowTypeImports: true,
    }),
    adapter('metrics', ['prom-client']),
    adapter('terminal', []),
    // Rules and panels are made from the catalogue alone, so it must bring nothing along.
    mayImport('adapters/metrics/catalogue.ts', []),
    mayImport('ops/promql.ts', [catalogue]),
    mayImport('ops/prometheus/**', ['./**', '../promql.ts', '../yaml.ts', `../${catalogue}`]),
    mayImport('ops/grafana/**', [
      './**',
      '../promql.ts',
      '../prometheus/recorded.ts',
      `../${catalogue}`,
      '@grafana/grafana-foundation-sdk/*',
    ]),
    {
      files: ['main.ts', 'cli.ts', 'adapters/cli/commands.ts'],
      rules: {
        'no-restricted-imports': [
          'error',
          { patterns: [roundabout, { group: ['./test/**', './ops/**'], message: 'Not shipped.' }] },
        ],
      },
    },
    {
      files: ['adapters/cli/commands.ts', 'test/**', 'ops/**'],
      rules: { 'node/no-process-env': 'off', 'no-restricted-properties': 'off' },
    },
    // What builds panels has methods of that name.
    { files: ['ops/grafana/**'], rules: { 'unicorn/no-array-sort': 'off' } },
    { files: ['*.config.{js,ts}'], rules: { 'import/no-default-export': 'off' } },
  ],
});
