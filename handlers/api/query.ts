import { z } from 'zod';
import { printable } from '../../domain/index.ts';
import { linkHeader } from '../http/link-header.ts';
import { memoize } from '../http/memoize.ts';

const noTrees =
  'path is not possible: only commits are fetched, no trees, so nobody here knows which files a commit changed.';

/** The query of an API route: what is not in it is refused by name. */
export function queryOf<Shape extends z.ZodRawShape>(shape: Shape) {
  return z.strictObject(shape, {
    error: (issue) => {
      if (issue.code !== 'unrecognized_keys') return undefined;
      const unknown = issue.keys.filter((key) => key !== 'path');
      const allowed = Object.keys(shape);
      const sentence = `${unknown.join(', ')}: no such parameter; ${allowed.length === 0 ? 'there are none' : `there are ${allowed.join(', ')}`}.`;
      return [
        ...(unknown.length < issue.keys.length ? [noTrees] : []),
        ...(unknown.length > 0 ? [sentence] : []),
      ].join(' ');
    },
  });
}

const wrongLimit = 'limit is a whole number from 1 to 1000.';

export const limit = z
  .string(wrongLimit)
  .regex(/^(?:[1-9]\d{0,2}|1000)$/, wrongLimit)
  .transform(Number)
  .default(100)
  .meta({
    // It comes as text and is a number all the same.
    override: ({ jsonSchema }) => {
      delete jsonSchema.pattern;
      Object.assign(jsonSchema, { type: 'integer', minimum: 1, maximum: 1000, default: 100 });
    },
  });

/** The name of a project, as the document tells of it: `parseProjectName` checks it, and says so in its own words. */
export const projectName = z.string().meta({ pattern: '^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$' });

/** Longer is no author that is kept: those are cut at 200 code points, of two units each at most. */
export const longestAuthor = 400;

/** A text that narrows a list. */
export function textParameter(name: string, longest = 200) {
  const wrong = `${name} is a text of 1 to ${longest} characters, given once.`;
  return z
    .string(wrong)
    .min(1, wrong)
    .max(longest, wrong)
    .regex(printable, `${name} holds no control characters.`);
}

/** One of a few words. */
export function enumParameter<Word extends string>(
  name: string,
  words: readonly [Word, ...Word[]],
) {
  return z.enum(words, `${name} is ${words.join(' or ')}.`);
}

const day = z.iso.date();

/** Whether a text is a day of the calendar, `2023-11-14`. */
export function isDay(text: string): boolean {
  return day.safeParse(text).success;
}

// Not `z.iso.datetime`: it refuses small letters and a leap second, which RFC 3339 has.
const rfc3339 =
  /^(\d{4}-\d\d-\d\d)[Tt]((?:[01]\d|2[0-3]):[0-5]\d:(?:[0-5]\d|60))(\.\d{1,9})?([Zz]|[+-](?:[01]\d|2[0-3]):[0-5]\d)$/;

/** A moment: epoch seconds, a day (its beginning, UTC), or RFC 3339. */
export function timeParameter(name: string) {
  const wrong = `${name} is a time such as 1700000000, 2023-11-14 or 2023-11-14T22:13:20Z (write a + as %2B).`;
  return z
    .string(wrong)
    .transform((text, context): number => {
      const time = parseTime(text);
      if (time !== undefined) return time;
      context.addIssue(wrong);
      return z.NEVER;
    })
    .meta({
      override: ({ jsonSchema }) => {
        Object.assign(jsonSchema, {
          pattern: String.raw`^(?:\d{1,12}|\d{4}-\d\d-\d\d(?:[Tt]\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:[Zz]|[+-]\d\d:\d\d))?)$`,
        });
      },
    });
}

/** Epoch seconds, rounded up: commits have whole ones. */
function parseTime(text: string): number | undefined {
  if (/^\d{1,12}$/.test(text)) return Number(text);
  if (isDay(text)) return Date.parse(`${text}T00:00:00Z`) / 1000;
  const [, date, clock, fraction = '', zone = ''] = rfc3339.exec(text) ?? [];
  if (date === undefined || clock === undefined || !isDay(date)) return undefined;
  const leap = clock.endsWith(':60');
  const whole = Date.parse(
    `${date}T${leap ? clock.replace(/60$/, '59') : clock}${zone.toUpperCase()}`,
  );
  return Math.ceil(whole / 1000 + Number(`0${fraction || '.0'}`)) + (leap ? 1 : 0);
}

const wrongCursor =
  'cursor is taken from a Link of this server, as it stands; begin with the first page.';

/** An opaque place in a list: what it holds is nobody's business but ours. */
export function cursorSchema<Schema extends z.ZodType>(schema: Schema) {
  // Readers of one page send the same one, and looking at it anew takes a tenth of their requests' time.
  const readJson = memoize((json) => schema.safeParse(parseJson(json)));
  return z
    .string(wrongCursor)
    .min(1, wrongCursor)
    .transform((text, context): z.output<Schema> => {
      const read = readJson(Buffer.from(text, 'base64url').toString());
      if (read.success) return read.data;
      context.addIssue(wrongCursor);
      return z.NEVER;
    });
}

export function encodeCursor(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

interface Neighbours {
  /** Cursors of the pages beside this one; null where there is none. */
  readonly next: string | null;
  readonly prev: string | null;
}

/** A Link header to the first page and to those beside this one, as many as fit. */
export function pageLinks(
  path: string,
  query: Readonly<Record<string, string | number | boolean | undefined>>,
  { next, prev }: Neighbours,
): string {
  const target = (cursor: string | undefined) => {
    const search = new URLSearchParams();
    const given: typeof query = { ...query, cursor };
    for (const [name, value] of Object.entries(given)) {
      if (value !== undefined) search.set(name, String(value));
    }
    return `${path}?${search.toString()}`;
  };
  return linkHeader([
    { rel: 'first', target: target(undefined) },
    ...(prev === null ? [] : [{ rel: 'prev', target: target(prev) } as const]),
    ...(next === null ? [] : [{ rel: 'next', target: target(next) } as const]),
  ]);
}
