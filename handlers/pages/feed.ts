import { z } from 'zod';
import { historyMoved, type Commit, type Project } from '../../domain/index.ts';
import { requireHistory, requireProjectWithHistory } from '../contract/find-project.ts';
import type { Handler } from '../contract/handler.ts';
import { RefusedError } from '../contract/problems.ts';
import { view } from './view.ts';

interface FeedView {
  readonly project: Project;
  /** Epoch seconds. */
  readonly updated: number;
  readonly entries: readonly FeedEntry[];
}

interface FeedEntry extends Pick<Commit, 'sha' | 'message' | 'author' | 'authoredAt'> {
  /** Epoch seconds. */
  readonly updated: number;
}

const feedPage = view<FeedView>('feed');

/** How many commits a feed has. */
const newest = 50;

const ending = '.atom';
const input = z.object({ params: z.object({ file: z.string() }) });

/** `GET /feed/{name}.atom`: the newest commits, for feed readers (RFC 4287). */
export const feed: Handler<z.infer<typeof input>> = {
  input,
  async run({ store }, { params: { file } }) {
    if (!file.endsWith(ending)) throw new RefusedError('no_such_page');
    const project = await requireProjectWithHistory({ store }, file.slice(0, -ending.length));
    const { name, url, tip, tipChangedAt } = project;
    const updated = Math.floor(project.tipCommittedAt ?? tipChangedAt ?? 0);
    return {
      kind: 'repeatable',
      key: ['feed', name, url, tip, project.commits, updated],
      reply: {
        kind: 'page',
        type: 'application/atom+xml; charset=utf-8',
        page: async () => {
          const from = tip !== null && { tip, commits: project.commits, skip: 0 };
          const page = from && (await store.commits(name, { from, limit: newest }));
          if (page === 'moved') throw historyMoved();
          const commits = page === false ? [] : requireHistory(page).commits;
          const entries = commits.map((commit) => toEntry(commit, updated));
          return feedPage({ project, updated, entries });
        },
      },
    };
  },
};

/** A feed wants a date of each entry: that of the feed stands in for one that is missing. */
function toEntry(
  { sha, message, author, authoredAt, committedAt }: Commit,
  fallback: number,
): FeedEntry {
  return {
    sha,
    message: message === '' ? sha.slice(0, 10) : message,
    author: author === '' ? 'unknown' : author,
    authoredAt,
    updated: committedAt ?? fallback,
  };
}
