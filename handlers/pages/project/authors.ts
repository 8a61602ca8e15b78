import { z } from 'zod';
import type { AuthorCounts } from '../../../domain/index.ts';
import { requireProjectWithHistory } from '../../contract/find-project.ts';
import type { Handler } from '../../contract/handler.ts';
import { view } from '../view.ts';
import { cacheablePage } from './cacheable-page.ts';
import { summarize, type ProjectHead } from './summary.ts';

/** Who wrote the commits of a project. */
interface AuthorsView extends AuthorCounts {
  readonly project: ProjectHead;
}

const authorsPage = view<AuthorsView>('authors');

/** How many authors a page shows. */
const shown = 50;

const input = z.object({ params: z.object({ projectname: z.string() }) });

/** `GET /authors/{projectname}`: those who wrote the most commits. */
export const authors: Handler<z.infer<typeof input>> = {
  input,
  async run({ store }, { params: { projectname } }) {
    const project = await requireProjectWithHistory({ store }, projectname);
    const { name } = project;
    const head = summarize(project);
    return cacheablePage(
      { project, id: `/authors/${name}`, newer: null, older: null },
      async (signal) => {
        const counts = await store.authors(project, shown, signal);
        return authorsPage({ project: head, ...counts });
      },
      [head.trouble, head.authors],
    );
  },
};
