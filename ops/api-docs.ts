import { writeFileSync } from 'node:fs';
import { z } from 'zod';
import { createApiDocument } from '../handlers/openapi.ts';

// Writes docs/api.md from the OpenAPI document; test/api-docs.test.ts proves that it was run.

const schema = z.looseObject({
  type: z.union([z.string(), z.array(z.string())]).optional(),
  enum: z.array(z.string()).optional(),
  description: z.string().optional(),
  default: z.unknown().optional(),
  $ref: z.string().optional(),
  get items() {
    return schema.optional();
  },
  get anyOf() {
    return z.array(schema).optional();
  },
  get properties() {
    return z.record(z.string(), schema).optional();
  },
});
type Schema = z.infer<typeof schema>;

const operation = z.object({
  operationId: z.string(),
  summary: z.string(),
  parameters: z
    .array(
      z.object({
        in: z.string(),
        name: z.string(),
        description: z.string().optional(),
        schema,
      }),
    )
    .default([]),
  requestBody: z.object({ content: z.record(z.string(), z.object({ schema })) }).optional(),
  responses: z.record(
    z.string(),
    z.object({
      description: z.string(),
      content: z.record(z.string(), z.object({ schema })).optional(),
    }),
  ),
});

const documentSchema = z.object({
  paths: z.record(z.string(), z.record(z.string(), operation)),
  components: z.object({ schemas: z.record(z.string(), schema) }),
});

/** The reference of the API, as Markdown. */
export function apiDocs(): string {
  const { paths, components } = documentSchema.parse(createApiDocument('0'));
  const parts = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, described]) => section(method, path, described)),
  );
  const schemas = Object.entries(components.schemas).map(
    ([name, { properties = {} }]) => `### ${name}\n\n${table(['key', 'type'], rowsOf(properties))}`,
  );
  return `${[
    '# API',
    'Made from `/openapi.json` by `npm run docs`; do not edit. Times are epoch seconds. A list is a JSON array; its `Link` header leads to the pages beside it. Every GET has an `ETag` and answers 304 to it. Errors are `application/problem+json`.',
    ...parts,
    '## Schemas',
    ...schemas,
  ].join('\n\n')}\n`;
}

function section(method: string, path: string, described: z.infer<typeof operation>): string {
  const { summary, parameters, requestBody, responses } = described;
  const given = parameters.map((parameter) => [
    `\`${parameter.name}\``,
    parameter.in,
    typeOf(parameter.schema),
    parameter.description ?? '',
  ]);
  const body = Object.values(requestBody?.content ?? {}).map((content) => typeOf(content.schema));
  const answers = Object.entries(responses).map(([status, { description, content = {} }]) => [
    status,
    Object.entries(content)
      .map(([type, answer]) => `${typeOf(answer.schema)} (\`${type}\`)`)
      .join(', '),
    description,
  ]);
  return [
    `## ${method.toUpperCase()} ${path}`,
    summary,
    ...(given.length > 0 ? [table(['parameter', 'in', 'type', 'meaning'], given)] : []),
    ...body.map((text) => `Body: ${text}`),
    table(['status', 'answer', 'meaning'], answers),
  ].join('\n\n');
}

function rowsOf(properties: Readonly<Record<string, Schema>>) {
  return Object.entries(properties).map(([key, value]) => [`\`${key}\``, typeOf(value)]);
}

function typeOf(described: Schema): string {
  const { $ref, items, anyOf, properties, type = 'anything' } = described;
  if ($ref !== undefined) {
    const name = $ref.split('/').at(-1) ?? '';
    return `[${name}](#${name.toLowerCase()})`;
  }
  if (anyOf !== undefined) return anyOf.map(typeOf).join(' or ');
  if (items !== undefined) return `list of ${typeOf(items)}`;
  if (properties !== undefined) {
    const inside = Object.entries(properties).map(([key, value]) => `${key}: ${typeOf(value)}`);
    return `{ ${inside.join(', ')} }`;
  }
  const words =
    described.enum?.map((word) => `\`${word}\``).join(', ') ?? [type].flat().join(' or ');
  return described.default === undefined
    ? words
    : `${words}, else ${JSON.stringify(described.default)}`;
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

if (import.meta.main) {
  writeFileSync(new URL('../docs/api.md', import.meta.url), apiDocs());
}
