import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { emptyTree } from './git-objects.ts';

const entrySchema = z.object({
  id: z.string(),
  group: z.string(),
  kind: z.enum(['url', 'body', 'name', 'header', 'commit']),
  value: z.string(),
  encoding: z.literal('latin1').optional(),
  headers: z.record(z.string(), z.string()).optional(),
  policy: z.literal('external-only').optional(),
  dial: z.literal('never').optional(),
  resolve: z.record(z.string(), z.array(z.union([z.string(), z.array(z.string())]))).optional(),
  scan: z.array(z.string()).optional(),
  expect: z.object({
    status: z.array(z.number()),
    not_contains: z.array(z.string()),
    contains: z.array(z.string()).optional(),
    read: z.array(z.number()).optional(),
    responses: z.number().optional(),
    blocked: z.boolean().optional(),
    second: z.number().optional(),
    max_requests: z.number().optional(),
    dialled: z.array(z.string()).optional(),
    not_dialled: z.array(z.string()).optional(),
  }),
});

/** What strangers send, and what it must answer. */
export type Hostile = z.infer<typeof entrySchema>;

/** Every entry of test/adversarial/hostile.jsonl. */
export async function hostileEntries(): Promise<readonly Hostile[]> {
  const text = await readFile(new URL('../adversarial/hostile.jsonl', import.meta.url), 'utf8');
  const lines = text.split('\n').filter((line) => line !== '');
  return lines.map((line) => entrySchema.parse(JSON.parse(line)));
}

/** The bytes of a value, its placeholders filled in. */
export function hostileBytes(
  { value, encoding }: Pick<Hostile, 'value' | 'encoding'>,
  places: Readonly<Record<string, string>>,
): Buffer {
  const text = value
    .replaceAll(/@@repeat:(.*?):(\d+)@@/gs, (_, part: string, count: string) =>
      part.repeat(Number(count)),
    )
    .replaceAll(/\{([A-Z]\w*)\}/g, (whole, name: string) => places[name] ?? whole)
    .replaceAll('@TREE@', emptyTree);
  return Buffer.from(text, encoding ?? 'utf8');
}
