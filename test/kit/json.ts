import { z } from 'zod';

const named = z.looseObject({ name: z.string().optional(), sha: z.string().optional() });

/** A JSON list of things that have a name or an object name. */
export function readList(text: string): readonly z.infer<typeof named>[] {
  return z.array(named).parse(JSON.parse(text));
}

/** A JSON object. */
export function readObject(text: string): Readonly<Record<string, unknown>> {
  return z.record(z.string(), z.unknown()).parse(JSON.parse(text));
}

/** What a problem says. */
export function readDetail(text: string): string {
  return z.object({ detail: z.string() }).parse(JSON.parse(text)).detail;
}
