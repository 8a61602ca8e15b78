import { z } from 'zod';
import { parseProjectName, type Commit, type Project } from '../../../domain/index.ts';
import { prefersHtml } from '../../http/accept.ts';
import { prefix } from '../../api/commits.ts';
import { requireHistory } from './pagination.ts';
import type { Handler, RequestHeaders } from '../../contract/handler.ts';
import { problemOf, RefusedError } from '../../contract/problems.ts';
import type { NamesakesView } from './views.ts';
import type { Reply } from '../../contract/reply.ts';

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
          return {
            kind: 'view',
            view: 'commit',
            context: { project: { name, url }, commit, details },
          };
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
  const context: NamesakesView = { project: { name, url }, prefix: sha, title, commits };
  return { kind: 'view', view: 'namesakes', context, status, headers: { vary: 'accept' } };
}
