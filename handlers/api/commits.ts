import { z } from 'zod';
import { historyMoved, parseProjectName } from '../../domain/index.ts';
import {
  limit,
  longestAuthor,
  pageLinks,
  projectName,
  queryOf,
  textParameter,
  timeParameter,
  enumParameter,
} from './query.ts';
import type { wholeCommitSchema } from './schemas.ts';
import { requireHistory, requireProjectWithHistory } from '../contract/find-project.ts';
import { edgeCursor, encodeSearchCursor } from './cursor.ts';
import type { Handler } from '../contract/handler.ts';
import { jsonCommit } from '../core/json-stream.ts';
import { RefusedError } from '../contract/problems.ts';
import { repeatableJson } from '../contract/reply.ts';

const query = queryOf({
  author: textParameter('author', longestAuthor).optional(),
  since: timeParameter('since').optional(),
  until: timeParameter('until').optional(),
  q: textParameter('q').optional(),
  first_parent: enumParameter('first_parent', ['true', 'false']).optional(),
  limit,
  cursor: edgeCursor.optional(),
});
export const listInput = z.object({ params: z.object({ name: projectName }), query });

/** `GET /api/v1/projects/{name}/commits`. */
export const list: Handler<z.infer<typeof listInput>> = {
  input: listInput,
  async run({ store }, { params: { name }, query: asked }) {
    const { author, since, until, q, limit: size, cursor } = asked;
    const firstParent = asked.first_parent === 'true' ? true : undefined;
    const filter = { author, since, until, text: q, firstParent };
    const path = `/api/v1/projects/${parseProjectName(name)}/commits`;
    const range = { filter, limit: size, ...(cursor && { from: cursor }) };
    const { url, tip, commits: total } = await requireProjectWithHistory({ store }, name);
    const search = async (signal: AbortSignal) => {
      const found = await store.search(name, range, signal);
      if (found === 'moved') throw new RefusedError('page_moved', { instead: path });
      const page = requireHistory(found);
      const { project } = page;
      // What is kept as of a state has to be of it.
      if (project.url !== url || project.tip !== tip || project.commits !== total) {
        throw historyMoved();
      }
      return page;
    };
    // Read when the answer has its turn: very many that wait for one hold nothing.
    let searching: ReturnType<typeof search> | undefined;
    const read = (signal: AbortSignal) => (searching ??= search(signal));
    const parameters = { author, since, until, q, first_parent: firstParent, limit: size };
    const link = async (signal: AbortSignal) => {
      const { next, previous } = await read(signal);
      return pageLinks(path, parameters, {
        next: encodeSearchCursor(next),
        prev: encodeSearchCursor(previous),
      });
    };
    const isWhole = Object.values(filter).every((value) => value === undefined);
    return repeatableJson(
      ['commits', path, url, tip, total, parameters, cursor ?? null],
      async (signal) => (await read(signal)).commits.map(jsonCommit),
      isWhole ? { 'x-total-count': String(total) } : {},
      link,
    );
  },
};

const wrongName = 'A commit is named by 4 to 64 digits of its hexadecimal name.';
export const prefix = z
  .string()
  .regex(/^[0-9a-fA-F]{4,64}$/, wrongName)
  .transform((text) => text.toLowerCase());
export const oneInput = z.object({
  params: z.object({ name: projectName, sha: prefix }),
  query: queryOf({}),
});

/** `GET /api/v1/projects/{name}/commits/{sha}`: all that a commit says, by its name or a beginning that it has alone. */
export const one: Handler<z.infer<typeof oneInput>> = {
  input: oneInput,
  async run({ git, store }, { params: { name, sha } }) {
    const { project, commits } = requireHistory(
      await store.commitsByPrefix(parseProjectName(name), sha),
    );
    const [commit, another] = commits;
    if (commit === undefined) throw new RefusedError('unknown_commit');
    if (another !== undefined) throw new RefusedError('ambiguous_commit');
    const { url } = project;
    return repeatableJson(
      ['commit', url, commit.sha],
      async (signal): Promise<z.output<typeof wholeCommitSchema>> => {
        const { body, authorEmail, committer, committerEmail, trailers, signed } =
          await git.details({ url, sha: commit.sha, signal });
        return {
          ...jsonCommit(commit),
          parents: [...commit.parents],
          body,
          authorEmail,
          committer,
          committerEmail,
          trailers: trailers.map(({ key, value }) => ({ key, value })),
          signed,
        };
      },
    );
  },
};
