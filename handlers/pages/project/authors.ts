import { z } from 'zod';
import { requireProjectWithHistory, repeatable } from './pagination.ts';
import type { Handler } from '../../contract/handler.ts';
import { summarize } from './summary.ts';

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
    return repeatable(
      { project, id: `/authors/${name}`, newer: null, older: null },
      async (signal) => {
        const counts = await store.authors(project, shown, signal);
        return { kind: 'view', view: 'authors', context: { project: head, ...counts } };
      },
      [head.trouble, head.authors],
    );
  },
};
