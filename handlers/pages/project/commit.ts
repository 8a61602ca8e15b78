import { z } from 'zod';
import {
  parseProjectName,
  type Commit,
  type CommitDetails,
  type Project,
} from '../../../domain/index.ts';
import { prefersHtml } from '../../http/accept.ts';
import { prefix } from '../../api/commits.ts';
import { requireHistory } from '../../contract/find-project.ts';
import type { Handler, RequestHeaders } from '../../contract/handler.ts';
import { problemOf, RefusedError } from '../../contract/problems.ts';
import type { Reply } from '../../contract/reply.ts';
import { view } from '../view.ts';

/** All that a commit says. */
interface CommitView {
  readonly project: Pick<Project, 'name' | 'url'>;
  readonly commit: Commit;
  readonly details: CommitDetails;
}

const commitPage = view<CommitView>('commit');

/** Commits whose names begin alike. */
interface AmbiguousCommitView {
  readonly project: Pick<Project, 'name' | 'url'>;
  readonly prefix: string;
  readonly title: string;
  readonly commits: readonly Commit[];
}

const ambiguousCommitPage = view<AmbiguousCommitView>('namesakes');

const input = z.object({
  params: z.object({ projectname: z.string(), sha: prefix }),
  headers: z.custom<RequestHeaders>(),
});

/** `GET /commit/{projectname}/{sha}`: a commit, by its name or a beginning that it has alone. */
export const show: Handler<z.infer<typeof input>> = {
  input,
  async run({ git, store }, { params: { projectname, sha }, headers }) {
    const name = parseProjectName(projectname);
    const { project, commits } = requireHistory(await store.commitsByPrefix(name, sha));
    const [commit, another] = commits;
    if (commit === undefined)
      throw new RefusedError('unknown_commit', { instead: `/list/${name}` });
    if (another !== undefined) return choose(project, sha, commits, headers);
    const { url } = project;
    return {
      kind: 'repeatable',
      key: ['commit page', name, url, commit.sha],
      reply: {
        kind: 'page',
        page: async (signal) => {
          const details = await git.details({ url, sha: commit.sha, signal });
          return commitPage({ project: { name, url }, commit, details });
        },
      },
    };
  },
};

/** A browser is shown those that may be meant. */
function choose(
  { name, url }: Project,
  sha: string,
  commits: readonly Commit[],
  { accept }: RequestHeaders,
): Reply {
  const refusal = new RefusedError('ambiguous_commit', { instead: `/list/${name}` });
  if (!prefersHtml(accept)) throw refusal;
  const { status, title } = problemOf(refusal);
  const page = ambiguousCommitPage({ project: { name, url }, prefix: sha, title, commits });
  return { ...page, status, headers: { vary: 'accept' } };
}
