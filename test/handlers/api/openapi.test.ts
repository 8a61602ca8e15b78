import { createConfig, lintFromString } from '@redocly/openapi-core';
import { Ajv2020 } from 'ajv/dist/2020.js';
import test from 'ava';
import { createApiDocument } from '../../../handlers/api/openapi.ts';
import { operations } from '../../../handlers/api/operations.ts';
import { routes } from '../../../handlers/routes.ts';
import { fakeCommits, fakeSha } from '../../kit/fake-ports.ts';
import { contract, type Answer, type AskOptions } from '../../kit/hosts.ts';

const url = 'https://example.org/red.git';

test('the document is one that a linter finds nothing wrong with', async (t) => {
  const problems = await lintFromString({
    source: JSON.stringify(createApiDocument('1.2.3')),
    absoluteRef: '/openapi.json',
    config: await createConfig({ extends: ['recommended'] }),
  });
  t.deepEqual(
    problems.map(({ ruleId, message, location }) => [ruleId, message, location[0]?.pointer]),
    [],
  );
});

test('the document has every route of the API with every status that it is counted by, and no other', (t) => {
  const described = Object.entries(createApiDocument('1.2.3').paths ?? {}).flatMap(
    ([path, methods]) =>
      Object.entries(methods).map(
        ([method, { responses }]: [string, { responses: object }]) =>
          `${method.toUpperCase()} ${path} ${Object.keys(responses).join()}`,
      ),
  );
  const served = routes
    .filter(({ path }) => path.startsWith('/api/v1/'))
    .map(({ method, path, statuses }) => `${method} ${path} ${statuses.join()}`);
  t.deepEqual(described.toSorted(), served.toSorted());
});

/** Texts for a parameter, and whether they are right. */
const spelled: Readonly<Record<string, readonly (readonly [text: string, right: boolean])[]>> = {
  since: [
    ['1700000000', true],
    ['2023-11-14', true],
    ['2023-11-14T22:13:20Z', true],
    ['2023-11-14t22:13:20.5+01:00', true],
    ['', false],
    ['yesterday', false],
    ['2023-11-14 22:13', false],
    ['1700000000000', false],
  ],
  name: [
    ['red', true],
    ['Red_1.x-y', true],
    ['-red', false],
    ['', false],
    ['r/d', false],
    ['x'.repeat(101), false],
  ],
};

test('the patterns of the document fit what is accepted', (t) => {
  const [list] = operations.filter(({ id }) => id === 'listCommits');
  const { paths } = createApiDocument('1.2.3');
  const described = JSON.stringify(paths?.['/api/v1/projects/{name}/commits']);
  for (const [name, texts] of Object.entries(spelled)) {
    const [, pattern = ''] =
      new RegExp(`"name":"${name}","schema":\\{"type":"string","pattern":("[^"]*")`).exec(
        described,
      ) ?? [];
    const fits = new RegExp(String(JSON.parse(pattern)));
    for (const [text, right] of texts) {
      t.is(fits.test(text), right, `${name} ${text}`);
      if (name === 'since') t.is(list?.query.safeParse({ since: text }).success, right, text);
    }
  }
});

/** What is asked of each operation: paths that work, and paths that do not, with what they are to answer. */
const asked: Readonly<
  Record<string, readonly (readonly [path: string, status: number, options?: AskOptions])[]>
> = {
  listProjects: [
    ['/api/v1/projects?q=r&state=up&limit=1', 200],
    ['/api/v1/projects?limit=x', 400],
  ],
  getProject: [
    ['/api/v1/projects/red', 200],
    ['/api/v1/projects/none', 404],
    ['/api/v1/projects/-', 400],
  ],
  putProject: [
    ['/api/v1/projects/red', 200, { body: JSON.stringify({ url }) }],
    ['/api/v1/projects/new', 201, { body: JSON.stringify({ url }) }],
    [
      '/api/v1/projects/later',
      202,
      { body: JSON.stringify({ url }), headers: { prefer: 'respond-async' } },
    ],
    ['/api/v1/projects/red', 400, { body: 'x' }],
    ['/api/v1/projects/red', 409, { body: JSON.stringify({ url: `${url}/other` }) }],
    [
      '/api/v1/projects/red',
      412,
      { body: JSON.stringify({ url }), headers: { 'if-match': '"x"' } },
    ],
    ['/api/v1/projects/blue', 502, { body: JSON.stringify({ url: `${url}/none` }) }],
    ['/api/v1/projects/red', 413, { body: 'x'.repeat(9000) }],
    [
      '/api/v1/projects/red',
      403,
      { body: JSON.stringify({ url }), headers: { 'sec-fetch-site': 'cross-site' } },
    ],
  ],
  listCommits: [
    ['/api/v1/projects/red/commits?limit=2&since=2001-01-01&author=Author%201', 200],
    ['/api/v1/projects/red/commits?q=change&first_parent=true', 200],
    ['/api/v1/projects/red/commits?since=x', 400],
    ['/api/v1/projects/none/commits', 404],
  ],
  getCommit: [
    [`/api/v1/projects/red/commits/${fakeSha(2)}`, 200],
    ['/api/v1/projects/red/commits/0000', 409],
    ['/api/v1/projects/red/commits/beef', 404],
    ['/api/v1/projects/red/commits/x', 400],
  ],
  getStats: [
    ['/api/v1/projects/red/stats?by=day&from=0', 200],
    ['/api/v1/projects/red/stats?by=hour', 400],
    ['/api/v1/projects/none/stats', 404],
  ],
  listRewrites: [
    ['/api/v1/projects/red/rewrites', 200],
    ['/api/v1/projects/red/rewrites?x', 400],
    ['/api/v1/projects/none/rewrites', 404],
  ],
  listLostCommits: [
    [`/api/v1/projects/red/rewrites/${fakeSha(5)}/commits`, 200],
    ['/api/v1/projects/red/rewrites/x/commits', 400],
    ['/api/v1/projects/red/rewrites/null/commits', 404],
  ],
  refreshProject: [
    ['/api/v1/projects/red/refresh', 202],
    ['/api/v1/projects/red/refresh?x=1', 400],
    ['/api/v1/projects/none/refresh', 404],
  ],
  getJob: [
    ['/api/v1/jobs/{job}', 200],
    ['/api/v1/jobs/none', 404],
    ['/api/v1/jobs/none?x=1', 400],
  ],
  listenToEvents: [['/api/v1/events?x=1', 400]],
  deleteProject: [
    ['/api/v1/projects/red', 412, { headers: { 'if-match': '"x"' } }],
    ['/api/v1/projects/-', 400],
    ['/api/v1/projects/red', 204],
    ['/api/v1/projects/red', 404],
  ],
};

contract(
  'every operation answers right and wrong requests as its document says',
  async (t, serve) => {
    const { add, ask, git } = await serve(t);
    for (const count of [6, 5]) {
      git.remotes.set(url, { commits: fakeCommits(count) });
      await add('red', url);
    }
    const served = await ask('/openapi.json');
    t.is(served.status, 200);
    t.deepEqual(JSON.parse(served.text), structuredClone(createApiDocument('1.2.3')));
    const ajv = new Ajv2020({ strict: false });
    ajv.addSchema(createApiDocument('1.2.3'), 'api');
    const check = (pointer: string, { text }: Answer) => {
      const validate = ajv.getSchema(`api#${pointer}`);
      t.truthy(validate, pointer);
      t.true(validate?.(JSON.parse(text)), `${pointer}: ${JSON.stringify(validate?.errors)}`);
    };
    let job = '';
    const last = operations.toSorted(
      (a, b) => Number(a.method === 'DELETE') - Number(b.method === 'DELETE'),
    );
    for (const { id, method, path: template } of last) {
      const requests = asked[id] ?? [];
      t.true(requests.length > 0, id);
      for (const [path, status, options] of requests) {
        const answer = await ask(path.replace('{job}', job), {
          ...options,
          method,
        });
        t.is(answer.status, status, `${method} ${path}: ${answer.text}`);
        job = /\/jobs\/(.+)/.exec(answer.headers['location'] ?? '')?.[1] ?? job;
        const type = status < 400 ? 'application~1json' : 'application~1problem+json';
        const place = `/paths/${template.replaceAll('/', '~1')}/${method.toLowerCase()}/responses/${status}`;
        if (status === 204) t.is(answer.text, '');
        else check(encodeURI(`${place}/content/${type}/schema`), answer);
      }
    }
  },
);
