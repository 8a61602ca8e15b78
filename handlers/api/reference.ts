import { z } from 'zod';

/** A piece of a type in words; with the name of a schema where it is one of the document's own. */
export interface TypePart {
  readonly text: string;
  readonly schema: string | null;
}

type Type = readonly TypePart[];

interface OperationReference {
  readonly id: string;
  /** In upper case. */
  readonly method: string;
  readonly path: string;
  readonly summary: string;
  /** A command that asks this of a server at 127.0.0.1:5000. */
  readonly example: string;
  readonly parameters: readonly {
    readonly name: string;
    /** `path`, `query` or `header`. */
    readonly where: string;
    readonly type: Type;
    readonly meaning: string;
  }[];
  /** Null where none is sent. */
  readonly body: Type | null;
  readonly answers: readonly {
    readonly status: string;
    /** Null where there is no body. */
    readonly type: Type | null;
    readonly media: string;
    readonly meaning: string;
  }[];
}

/** What an OpenAPI document says, in the order and the words of a page for people. */
export interface Reference {
  readonly operations: readonly OperationReference[];
  readonly schemas: readonly {
    readonly name: string;
    readonly keys: readonly { readonly name: string; readonly type: Type }[];
  }[];
}

const schema = z.looseObject({
  type: z.union([z.string(), z.array(z.string())]).optional(),
  enum: z.array(z.string()).optional(),
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

const content = z.record(z.string(), z.object({ schema })).default({});

const operation = z.object({
  operationId: z.string(),
  summary: z.string(),
  'x-codeSamples': z.tuple([z.object({ source: z.string() })]),
  parameters: z
    .array(
      z.object({
        in: z.string(),
        name: z.string(),
        description: z.string().default(''),
        schema,
      }),
    )
    .default([]),
  requestBody: z.object({ content }).optional(),
  responses: z.record(z.string(), z.object({ description: z.string(), content })),
});

const documentSchema = z.object({
  paths: z.record(z.string(), z.record(z.string(), operation)),
  components: z.object({ schemas: z.record(z.string(), schema) }),
});

/** Reads what the API's own document says. */
export function readReference(document: unknown): Reference {
  const { paths, components } = documentSchema.parse(document);
  return {
    operations: Object.entries(paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, described]) => toOperation(method, path, described)),
    ),
    schemas: Object.entries(components.schemas).map(([name, { properties = {} }]) => ({
      name,
      keys: Object.entries(properties).map(([key, value]) => ({ name: key, type: typeOf(value) })),
    })),
  };
}

function toOperation(
  method: string,
  path: string,
  described: z.infer<typeof operation>,
): OperationReference {
  const { operationId: id, summary, parameters, requestBody, responses } = described;
  const [{ source: example }] = described['x-codeSamples'];
  const [body] = Object.values(requestBody?.content ?? {});
  return {
    id,
    method: method.toUpperCase(),
    path,
    summary,
    example,
    parameters: parameters.map((parameter) => ({
      name: parameter.name,
      where: parameter.in,
      type: typeOf(parameter.schema),
      meaning: parameter.description,
    })),
    body: body === undefined ? null : typeOf(body.schema),
    answers: Object.entries(responses).map(([status, { description, content: said }]) => {
      const [[media, answer] = ['', undefined]] = Object.entries(said);
      return { status, type: answer ? typeOf(answer.schema) : null, media, meaning: description };
    }),
  };
}

const words = (text: string): Type => [{ text, schema: null }];

function typeOf(described: Schema): Type {
  const { $ref, items, anyOf, properties, type = 'anything' } = described;
  if ($ref !== undefined) {
    const name = $ref.split('/').at(-1) ?? '';
    return [{ text: name, schema: name }];
  }
  if (anyOf !== undefined) return joined(anyOf.map(typeOf), ' or ');
  if (items !== undefined) return [...words('list of '), ...typeOf(items)];
  if (properties !== undefined) {
    const inside = Object.entries(properties).map(([key, value]) => [
      ...words(`${key}: `),
      ...typeOf(value),
    ]);
    return [...words('{ '), ...joined(inside, ', '), ...words(' }')];
  }
  const named = described.enum?.join(', ') ?? [type].flat().join(' or ');
  const fallback =
    described.default === undefined ? '' : `, else ${JSON.stringify(described.default)}`;
  return words(named + fallback);
}

function joined(types: readonly Type[], separator: string): Type {
  return types.flatMap((type, index) => (index === 0 ? type : [...words(separator), ...type]));
}

/** A command that asks for a path; `options` are what curl is told beside it. */
export function curlOf(
  method: string,
  [path, ...options]: readonly [path: string, ...options: readonly string[]],
): string {
  const verb = method === 'GET' ? [] : [`-X ${method}`];
  return ['curl', ...verb, ...options, `'http://127.0.0.1:5000${path}'`].join(' ');
}
