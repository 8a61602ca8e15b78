import { z } from 'zod';
import {
  createDocument,
  type ZodOpenApiPathsObject,
  type ZodOpenApiResponseObject,
} from 'zod-openapi';
import { curlOf } from './reference.ts';
import { problemSchema } from './schemas.ts';
import { queryOf } from './query.ts';
import type { Handler } from '../contract/handler.ts';
import { operations, statusesOf, type Operation } from './operations.ts';
import { repeatableJson } from '../contract/reply.ts';

/** What the API is, as OpenAPI 3.1, made from the schemas that check what comes in. */
export function createApiDocument(version: string): ReturnType<typeof createDocument> {
  const paths: ZodOpenApiPathsObject = {};
  for (const operation of operations) {
    const { path, method } = operation;
    paths[path] = { ...paths[path], [method.toLowerCase()]: describe(operation) };
  }
  return createDocument({
    openapi: '3.1.1',
    info: {
      title: 'git-monitoring-server',
      version,
      description: 'The histories of git repositories, to be read by programs.',
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: [{ url: '/', description: 'This server.' }],
    security: [],
    tags: [{ name: 'api', description: 'Projects, their histories, and what happens to them.' }],
    paths,
  });
}

const headerTexts = {
  'If-Match': 'The ETag of the project, or *: anything else is refused with 412.',
  'If-None-Match': '* refuses with 412 where the project is there already.',
  Prefer: 'respond-async: the answer is a job, and does not wait for the fetch.',
  'Last-Event-ID':
    'The last event that was heard: what came after it is told first, as far as it is kept.',
} as const;

function describe(operation: Operation) {
  const { body, headers = [], id, params } = operation;
  return {
    operationId: id,
    tags: ['api'],
    summary: operation.summary,
    'x-codeSamples': [{ lang: 'Shell', source: curlOf(operation.method, operation.example) }],
    requestParams: {
      ...(params && { path: params }),
      query: operation.query,
      ...(headers.length > 0 && {
        header: z.object(
          Object.fromEntries(
            headers.map((name) => [
              name,
              z.string().optional().meta({ description: headerTexts[name] }),
            ]),
          ),
        ),
      }),
    },
    ...(body && {
      requestBody: { required: true, content: { 'application/json': { schema: body } } },
    }),
    responses: Object.fromEntries(
      statusesOf(operation).map((status) => [status, responseOf(operation, status)]),
    ),
  };
}

function responseOf(
  { answers, paged, type: media = 'application/json' }: Operation,
  status: number,
): ZodOpenApiResponseObject {
  const description = descriptions[status] ?? '';
  const schema = answers[status];
  if (schema === undefined) {
    if (status === 304) return { description };
    return { description, content: { 'application/problem+json': { schema: problemSchema } } };
  }
  return {
    description,
    ...(schema !== null && { content: { [media]: { schema } } }),
    ...(paged && { headers: pageHeaders }),
  };
}

const pageHeaders = z.object({
  Link: z.string().meta({ description: 'The pages beside this one: first, prev, next.' }),
  'X-Total-Count': z
    .int()
    .optional()
    .meta({ description: 'How many there are, of a list that is not narrowed.' }),
});

const descriptions: Readonly<Record<number, string>> = {
  200: 'Here it is.',
  201: 'It was added.',
  202: 'A job does it; Location says where to look after it.',
  204: 'It is gone.',
  304: 'Not changed since the ETag of If-None-Match.',
  400: 'A parameter, name, url or body is not right; the detail names it.',
  403: 'Refused to another site, or the url leads to an address that is not allowed.',
  404: 'There is no such thing.',
  409: 'It would collide with what is there.',
  410: 'The history has been rewritten since that page was linked.',
  412: 'The project is not what the request was made for.',
  413: 'The body is too large.',
  500: 'A fault of the server.',
  502: 'The remote did not do what it should; outcome says what.',
  503: 'Not now; Retry-After says when.',
  504: 'The remote took too long.',
};

const input = z.object({ query: queryOf({}) });

/** `GET /openapi.json`: what the API is. */
export const openApi: Handler<z.infer<typeof input>> = {
  input,
  run: async (_ports, _input, { version }) =>
    repeatableJson(['openapi'], () => createApiDocument(version)),
};
