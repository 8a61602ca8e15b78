import type { Commit, Job, Project, ProjectColumn } from '../domain/index.ts';
import type { Budget } from './answers-in-flight.ts';
import type { Reference } from './api-reference.ts';
import type { OverviewQuery, OverviewRow } from './overview-rows.ts';
import type {
  AuthorsView,
  CommitView,
  NamesakesView,
  ProjectPage,
  RewritesView,
} from './project-views.ts';
import type { StateCounts } from './states.ts';
import type { StatusPage } from './status-views.ts';

/** What each page shows. */
export interface Views {
  readonly projects: {
    /** Epoch seconds. */
    readonly now: number;
    /** Where the server is reached, `127.0.0.1:5000`, for the example on the page. */
    readonly host: string;
    readonly form: AddForm;
    readonly query: OverviewQuery;
    readonly columns: readonly ColumnHead[];
    /** Of all projects, whichever are shown. */
    readonly counts: StateCounts;
    readonly rows: readonly OverviewRow[];
  };
  readonly adding: { readonly job: Job };
  readonly remove: { readonly project: Project };
  readonly commits: ProjectPage;
  readonly authors: AuthorsView;
  readonly rewrites: RewritesView;
  readonly commit: CommitView;
  readonly namesakes: NamesakesView;
  readonly json: {
    readonly project: Project;
    /** A page of the document, indented. */
    readonly text: string;
    readonly newer: string | null;
    readonly older: string | null;
  };
  readonly feed: {
    readonly project: Project;
    /** Epoch seconds. */
    readonly updated: number;
    readonly entries: readonly FeedEntry[];
  };
  readonly login: {
    /** Whether a wrong token was sent. */
    readonly wrong: boolean;
    /** The name of the token that the browser has logged in with. */
    readonly client: string | null;
    /** Path of the page that is shown afterwards. */
    readonly to: string;
  };
  readonly problem: {
    readonly status: number;
    readonly title: string;
    readonly detail: string;
    readonly instead: string | null;
    /** Path of the form that asks for a token, where it takes one. */
    readonly login: string | null;
    /** Names of projects that may have been meant. */
    readonly near: readonly string[];
    /** When to try again, in seconds, where that helps. */
    readonly wait: number | null;
    /** By which the log knows of a fault. */
    readonly requestId: string | null;
  };
  readonly status: StatusPage;
  readonly api: {
    readonly reference: Reference;
    /** Where the server is reached, `127.0.0.1:5000`, for the examples. */
    readonly host: string;
  };
}

interface FeedEntry extends Pick<Commit, 'sha' | 'message' | 'author' | 'authoredAt'> {
  /** Epoch seconds. */
  readonly updated: number;
}

/** The form that adds a project, as it was sent, with what is wrong with it. */
export interface AddForm {
  readonly name: string;
  readonly url: string;
  readonly error: { readonly field: 'name' | 'url'; readonly detail: string } | null;
}

interface ColumnHead {
  readonly column: ProjectColumn;
  readonly label: string;
  /** Path of the page that is sorted by it. */
  readonly href: string;
  /** How it is sorted at first. */
  readonly usual: 'asc' | 'desc';
  /** How it is sorted now, if it is; a value of `aria-sort`. */
  readonly sorted: 'ascending' | 'descending' | null;
}

export interface Head {
  /** 200 where absent. */
  readonly status?: number;
  /** Names in lower case. */
  readonly headers?: Readonly<Record<string, string>>;
  /** What went wrong, for the log, where the answer tells of it in its own way. */
  readonly cause?: unknown;
}

/** A page by the name of its template. */
export type Page = {
  readonly [View in keyof Views]: {
    readonly kind: 'view';
    readonly view: View;
    readonly context: Views[View];
  };
}[keyof Views];

interface TextReply {
  readonly kind: 'text';
  readonly type: string;
  readonly text: string;
}

/** An answer without a body, such as 204. */
interface EmptyReply {
  readonly kind: 'empty';
}

/** Ready bytes, in the encoding that the headers name. */
interface BytesReply {
  readonly kind: 'bytes';
  readonly type: string;
  readonly bytes: Uint8Array;
  readonly budget: Extract<Budget, 'history' | 'page'>;
  /** Whether the cache keeps them, so that sending them once more takes no memory. */
  readonly isCached: boolean;
}

/** Bytes made while they are sent, so that very many are never in memory at once. */
interface StreamReply {
  readonly kind: 'stream';
  readonly type: string;
  readonly chunks: () => AsyncIterable<Uint8Array>;
  /** What it holds in memory until it has been sent; absent where it has a bound of its own. */
  readonly held?: { readonly budget: Budget; readonly bytes: number };
}

/** What can be sent as it is. */
export type ReadyReply = Head & (BytesReply | (EmptyReply & { readonly status: 304 }));

/** What is still to be rendered, compressed or streamed. */
export type UnreadyReply = Head & (Page | TextReply | EmptyReply | StreamReply);

/** An answer as plain data: each host turns it into its own kind of response. */
export type Reply = ReadyReply | UnreadyReply;

/** How the bytes of an answer may be encoded; a value of `Content-Encoding`. */
export type Encoding = 'gzip' | 'identity';

/**
 * An answer that is the same, byte for byte, as long as its key is. {@link represent} makes a {@link Reply} of it: once for
 * all who ask meanwhile, so the signal that making it gets is none of a request, and aborts when all of them have left.
 */
export interface RepeatableReply {
  readonly kind: 'repeatable';
  /** All that the answer is made from, in values that JSON can hold. */
  readonly key: readonly unknown[];
  readonly reply: Head & {
    /** The `Link` header where that shows only in making the answer; empty for none. It is kept as the answer is. */
    readonly link?: (signal: AbortSignal) => Promise<string>;
  } & (
      | {
          readonly kind: 'page';
          /** `text/html` where absent. */
          readonly type?: string;
          readonly page: (signal: AbortSignal) => Promise<Page>;
        }
      | {
          readonly kind: 'texts';
          readonly type: string;
          readonly texts: (signal: AbortSignal) => AsyncIterable<string>;
          /** How many bytes there will be at least, in each encoding, where they may be very many. */
          readonly expected?: Readonly<Record<Encoding, number>>;
        }
    );
}

/** A reply of one JSON value. */
export function json(value: unknown, head: Head & { readonly type?: string } = {}): UnreadyReply {
  return { kind: 'text', type: 'application/json', text: JSON.stringify(value), ...head };
}

/** A repeatable reply of one JSON value. */
export function repeatableJson(
  key: RepeatableReply['key'],
  make: (signal: AbortSignal) => unknown,
  headers: Readonly<Record<string, string>> = {},
  link?: (signal: AbortSignal) => Promise<string>,
): RepeatableReply {
  async function* texts(signal: AbortSignal) {
    yield JSON.stringify(await make(signal));
  }
  return {
    kind: 'repeatable',
    key,
    reply: {
      kind: 'texts',
      type: 'application/json; charset=utf-8',
      texts,
      headers,
      ...(link && { link }),
    },
  };
}
