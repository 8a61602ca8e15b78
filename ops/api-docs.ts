import { writeFileSync } from 'node:fs';
import { readReference, type Reference, type TypePart } from '../handlers/api/reference.ts';
import { createApiDocument } from '../handlers/api/openapi.ts';

// Writes docs/api.md from the OpenAPI document; test/repository/api-docs.test.ts proves that it was run.

/** The reference of the API, as Markdown. */
export function apiDocs(): string {
  const { operations, schemas } = readReference(createApiDocument('0'));
  return `${[
    '# API',
    'Made from `/openapi.json` by `npm run docs`; do not edit. Times are epoch seconds. A list is a JSON array; its `Link` header leads to the pages beside it. Every GET but that of events has an `ETag` and answers 304 to it. Errors are `application/problem+json`; beside those told below there can be 401 without a token where one is needed, 403 under a name that is not in ALLOWED_HOSTS, 429 with Retry-After for too many changes, and 503 with Retry-After where too many connections, or too many of yours, are taken.',
    ...operations.map(section),
    '## Schemas',
    ...schemas.map(
      ({ name, keys }) =>
        `### ${name}\n\n${table(
          ['key', 'type'],
          keys.map((key) => [`\`${key.name}\``, typeText(key.type)]),
        )}`,
    ),
  ].join('\n\n')}\n`;
}

function section(operation: Reference['operations'][number]): string {
  const { method, path, summary, example, parameters, body, answers } = operation;
  const given = parameters.map(({ name, where, type, meaning }) => [
    `\`${name}\``,
    where,
    typeText(type),
    meaning,
  ]);
  const answered = answers.map(({ status, type, media, meaning }) => [
    status,
    type === null ? '' : `${typeText(type)} (\`${media}\`)`,
    meaning,
  ]);
  return [
    `## ${method} ${path}`,
    summary,
    `\`\`\`sh\n${example}\n\`\`\``,
    ...(given.length > 0 ? [table(['parameter', 'in', 'type', 'meaning'], given)] : []),
    ...(body === null ? [] : [`Body: ${typeText(body)}`]),
    table(['status', 'answer', 'meaning'], answered),
  ].join('\n\n');
}

function typeText(parts: readonly TypePart[]): string {
  return parts
    .map(({ text, schema }) => (schema === null ? text : `[${text}](#${schema.toLowerCase()})`))
    .join('');
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

if (import.meta.main) {
  writeFileSync(new URL('../docs/api.md', import.meta.url), apiDocs());
}
