import { globSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from '@cdktn/hcl2json';
import { z } from 'zod';

const blocks = z.record(z.string(), z.tuple([z.record(z.string(), z.unknown())]));

const schema = z.object({
  locals: z.array(z.record(z.string(), z.unknown())).default([]),
  resource: z.record(z.string(), blocks).default({}),
  variable: blocks.default({}),
  output: blocks.default({}),
  terraform: z
    .tuple([z.object({ required_providers: z.tuple([z.record(z.string(), z.unknown())]) })])
    .optional(),
});

type Attributes = Readonly<Record<string, unknown>>;

/** What a directory of Terraform files declares, with expressions as they are written. */
export interface Configuration {
  readonly locals: Attributes;
  readonly providers: Attributes;
  readonly variables: ReadonlyMap<string, Attributes>;
  readonly outputs: ReadonlyMap<string, Attributes>;
  /** By type and name, such as `docker_container.server`. */
  readonly resources: ReadonlyMap<string, Attributes>;
}

/** Reads every `.tf` file of a directory; a mistake in one rejects with its position. */
export async function readHcl(directory: string): Promise<Configuration> {
  const files = await Promise.all(
    globSync('*.tf', { cwd: directory }).map(async (name) =>
      schema.parse(await parse(name, await readFile(join(directory, name), 'utf8'))),
    ),
  );
  const merged = (bodies: readonly Attributes[]) =>
    Object.fromEntries(bodies.flatMap((body) => Object.entries(body)));
  const named = (of: z.infer<typeof blocks>) =>
    Object.entries(of).map(([name, [body]]) => [name, body] as const);
  return {
    locals: merged(files.flatMap(({ locals }) => locals)),
    providers: merged(
      files.flatMap(({ terraform }) =>
        terraform === undefined ? [] : terraform[0].required_providers,
      ),
    ),
    variables: new Map(files.flatMap(({ variable }) => named(variable))),
    outputs: new Map(files.flatMap(({ output }) => named(output))),
    resources: new Map(
      files
        .flatMap(({ resource }) => Object.entries(resource))
        .flatMap(([type, of]) => named(of).map(([name, body]) => [`${type}.${name}`, body])),
    ),
  };
}
