import { parseProjectName, type StorePort } from '../../domain/index.ts';
import { requireHistory } from '../contract/find-project.ts';
import type { CacheableReply, Encoding } from '../contract/reply.ts';
import { jsonHistory } from './json-stream.ts';

/** The whole history of a project as one JSON document. */
export async function wholeHistory(
  { store }: { readonly store: StorePort },
  projectname: string,
): Promise<CacheableReply> {
  const { project, commits } = requireHistory(await store.history(parseProjectName(projectname)));
  const { name, url } = project;
  return {
    kind: 'repeatable',
    key: ['json', name, url, project.tip, project.commits],
    reply: {
      kind: 'texts',
      type: 'application/json; charset=utf-8',
      texts: () => jsonHistory({ name, url }, commits()),
      expected: expectedBytes(project.commits),
    },
  };
}

/**
 * What a history takes at least: real commits have some 300 bytes each, 80 compressed. One of very short ones may be sent
 * piece by piece though it could have been kept.
 */
function expectedBytes(commits: number): Readonly<Record<Encoding, number>> {
  return { identity: 200 * commits, gzip: 60 * commits };
}
