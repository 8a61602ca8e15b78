import { z } from 'zod';
import {
  historyMoved,
  keptRewrites,
  type LostCommit,
  type Rewrite,
  type StorePort,
} from '../../../domain/index.ts';
import { requireProjectWithHistory } from '../../contract/find-project.ts';
import type { Handler } from '../../contract/handler.ts';
import { RefusedError } from '../../contract/problems.ts';
import { view } from '../view.ts';
import { cacheablePage } from './cacheable-page.ts';
import { summarize, type ProjectHead } from './summary.ts';

/** What forced pushes and the like took away. */
interface RewritesView {
  readonly project: ProjectHead;
  /** Newest first. */
  readonly rewrites: readonly RewriteRow[];
  /** How many there have been. */
  readonly total: number;
  /** The rewrite that was asked for, and the commits it lost. */
  readonly opened: (Rewrite & { readonly commits: readonly LostCommit[] }) | null;
}

interface RewriteRow extends Rewrite {
  /** The path of what it lost; null where that is not kept. */
  readonly path: string | null;
  readonly isOpen: boolean;
}

const rewritesPage = view<RewritesView>('rewrites');

/** How many lost commits a page shows. */
const shown = 200;

const tip = z
  .string()
  .regex(/^(?:none|[0-9a-f]{40}|[0-9a-f]{64})$/, 'to is the whole name of a commit, or none.')
  .transform((text) => (text === 'none' ? null : text));
const input = z.object({
  params: z.object({ projectname: z.string() }),
  query: z.object({ to: tip.optional() }),
});

/** `GET /rewrites/{projectname}`: the rewrites of a history, and what the one that led `to` a tip lost. */
export const rewrites: Handler<z.infer<typeof input>> = {
  input,
  async run({ store }, { params: { projectname }, query: { to } }) {
    const project = await requireProjectWithHistory({ store }, projectname);
    const { name } = project;
    const asked = to === undefined ? null : await store.rewriteTo(name, to);
    if (asked === undefined)
      throw new RefusedError('unknown_rewrite', { instead: `/rewrites/${name}` });
    const { total, rewrites: newest } = await store.rewrites(name, { limit: keptRewrites });
    const head = summarize(project);
    const path = (rewrite: Rewrite) => `/rewrites/${name}?to=${rewrite.newTip ?? 'none'}`;
    return cacheablePage(
      {
        project,
        id: asked === null ? `/rewrites/${name}` : path(asked),
        newer: null,
        older: null,
      },
      async () =>
        rewritesPage({
          project: head,
          rewrites: newest.map((rewrite) => ({
            ...rewrite,
            // Of several that led to the same tip the newest one is found.
            path:
              rewrite === newest.find(({ newTip }) => newTip === rewrite.newTip)
                ? path(rewrite)
                : null,
            isOpen: rewrite.newTip === asked?.newTip && rewrite.at === asked.at,
          })),
          total,
          // Read when the page has its turn: very many that wait for one hold nothing.
          opened: asked === null ? null : await open(store, name, asked),
        }),
      [head.trouble, head.authors, total, newest[0]?.at ?? null, asked?.at ?? null],
    );
  },
};

async function open(store: StorePort, name: string, rewrite: Rewrite) {
  const page = await store.lostCommits(name, rewrite.newTip, { start: 0, limit: shown });
  if (page?.rewrite.at !== rewrite.at) throw historyMoved();
  return { ...rewrite, commits: page.commits };
}
