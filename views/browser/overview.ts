/** The page of all projects. */
import { makeFormLively } from './add-form.ts';
import { onJob } from './add-jobs.ts';
import { listen } from './live.ts';
import { byId } from './page.ts';
import { keepUpToDate, loadAll, markRefreshing, renew } from './project-rows.ts';
import { makeTableLively } from './project-table.ts';
import { makeRowsLively } from './row-actions.ts';

makeFormLively();
makeTableLively();
makeRowsLively();
// What has been looked for on the server is not all there is.
if (byId('q', HTMLInputElement).value !== '') void loadAll();

listen({
  whileHidden: true,
  begun: (wasLost) => {
    if (wasLost) void loadAll();
  },
  news: ({ project }) => void renew([project]),
  removed: (project) => void renew([project]),
  // What has come of it is news, if anything has; when the next one is, is looked up for many rows at once.
  refreshing: markRefreshing,
  job(job) {
    if (onJob(job)) return;
    const isOver = job.state === 'done' || job.state === 'failed';
    markRefreshing(job.project, !isOver);
    if (isOver) void renew([job.project]);
  },
});
keepUpToDate();
