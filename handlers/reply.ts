import type { Project } from '../domain/index.ts';

/** What each page shows. */
export interface Views {
  readonly projects: {
    readonly projects: readonly Project[];
    /** Where the server is reached, `127.0.0.1:5000`, for the example on the page. */
    readonly host: string;
  };
  readonly commits: {
    readonly project: Project;
    readonly rows: readonly CommitRow[];
    /** The position of the first row, counted from 1. */
    readonly first: number;
    /** Paths of the pages beside this one; null at either end. */
    readonly newer: string | null;
    readonly older: string | null;
  };
  readonly problem: {
    readonly status: number;
    readonly title: string;
    readonly detail: string;
  };
}

export interface CommitRow {
  readonly hash: string;
  readonly sha: string;
  readonly author: string;
  readonly message: string;
  /** Epoch seconds. */
  readonly authoredAt: number | null;
}

interface Head {
  /** 200 where absent. */
  readonly status?: number;
  /** Names in lower case. */
  readonly headers?: Readonly<Record<string, string>>;
}

type ViewReply = {
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

/** A text made while it is sent, so that a long one is never whole in memory. */
interface StreamReply {
  readonly kind: 'stream';
  readonly type: string;
  readonly chunks: AsyncIterable<string>;
}

/** An answer as plain data: each host turns it into its own kind of response. */
export type Reply = Head & (ViewReply | TextReply | StreamReply | EmptyReply);

/** A reply of one JSON value. */
export function json(value: unknown, head: Head & { readonly type?: string } = {}): Reply {
  return { kind: 'text', type: 'application/json', text: JSON.stringify(value), ...head };
}
