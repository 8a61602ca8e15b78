import { z } from 'zod';
import type { CommitFilter } from '../../../domain/index.ts';
import { isDay, longestAuthor, textParameter, timeParameter } from '../../api/query.ts';

/** The fields of the form that narrows a list of commits, as they were sent. */
export interface FilterFields {
  readonly q: string;
  readonly author: string;
  readonly since: string;
  readonly until: string;
  /** The day to go to. */
  readonly at: string;
}

type Field = keyof FilterFields;

/** What is wrong with each field, null where nothing is. */
export type FieldErrors = Readonly<Record<Field, string | null>>;

/** A form sends its empty fields too, which ask for nothing. */
function unlessEmpty<Schema extends z.ZodType>(schema: Schema) {
  return z.preprocess((value) => (value === '' ? undefined : value), schema.optional());
}

// As the API reads them.
const query = z.object({
  q: unlessEmpty(textParameter('q')),
  author: unlessEmpty(textParameter('author', longestAuthor)),
  since: unlessEmpty(timeParameter('since')),
  until: unlessEmpty(timeParameter('until')),
  at: unlessEmpty(timeParameter('at')),
});

const fieldNames = ['q', 'author', 'since', 'until', 'at'] as const satisfies readonly Field[];

/** The query of a list, of which nothing is known to be right. */
export const rawFields = z.record(z.string(), z.unknown());

export interface ParsedFilter {
  readonly fields: FilterFields;
  readonly filter: CommitFilter;
  /** Whether it leaves anything out. */
  readonly hasCriteria: boolean;
  /** Before when the first commit to be shown was committed, in epoch seconds. */
  readonly before: number | undefined;
}

/** A filter that cannot be read. */
export interface InvalidFilter {
  readonly fields: FilterFields;
  readonly errors: FieldErrors;
  readonly cause: z.ZodError;
}

/** Reads the fields of the form. */
export function readFilter(raw: z.infer<typeof rawFields>): ParsedFilter | InvalidFilter {
  // Most requests are for a page of the whole history, and reading nothing takes as long as a tenth of a 304.
  if (fieldNames.every((name) => raw[name] === undefined)) return noFilter;
  const given = (name: Field) => {
    const value = raw[name];
    return typeof value === 'string' ? value : '';
  };
  const fields = {
    q: given('q'),
    author: given('author'),
    since: given('since'),
    until: given('until'),
    at: given('at'),
  };
  const read = query.safeParse(raw);
  if (!read.success) return { fields, errors: errorsOf(read.error), cause: read.error };
  const { q: text, author, since, until, at } = read.data;
  const hasCriteria = [text, author, since, until].some((value) => value !== undefined);
  // Of a day its end is meant, so that its own commits come first.
  const length = at !== undefined && isDay(fields.at) ? 86_400 : 1;
  const before = at === undefined ? undefined : at + length;
  return { fields, filter: { text, author, since, until }, hasCriteria: hasCriteria, before };
}

/** Nothing is looked for. */
export const noFields: FilterFields = { q: '', author: '', since: '', until: '', at: '' };

const noFilter: ParsedFilter = {
  fields: noFields,
  filter: {},
  hasCriteria: false,
  before: undefined,
};

/** No field is wrong. */
export const noErrors: FieldErrors = { q: null, author: null, since: null, until: null, at: null };

function errorsOf({ issues }: z.ZodError): FieldErrors {
  const messageOf = (name: Field) => issues.find(({ path }) => path[0] === name)?.message ?? null;
  return {
    q: messageOf('q'),
    author: messageOf('author'),
    since: messageOf('since'),
    until: messageOf('until'),
    at: messageOf('at'),
  };
}
