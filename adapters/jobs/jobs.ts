import { DomainError, tooManyFetches, type Job, type Progress } from '../../domain/index.ts';

interface JobsOptions {
  /** Ends the jobs that run. */
  readonly ended: AbortSignal;
  /** Is told of every change of a job. */
  readonly changed?: (job: Job) => void;
  /** Is told why a job failed. */
  readonly failed?: (job: Job, error: unknown) => void;
  /** How many may run at once, an eighth of them for one client, and how many of those that have ended are remembered. */
  readonly most?: number;
}

type Work = (signal: AbortSignal, onProgress: (progress: Progress) => void) => Promise<unknown>;

/** `JobsPort` of the handlers. */
interface Jobs {
  /** @throws DomainError `busy` */
  begin(
    wanted: {
      readonly what: 'add' | 'refresh';
      readonly project: string;
      readonly url: string;
      readonly source?: string | undefined;
    },
    work: Work,
  ): Job;
  job(id: string): Job | undefined;
  /** Resolves when none runs any more. */
  settled(): Promise<void>;
}

/** Runs jobs, and knows the newest of them, in this process. */
export function createJobs(options: JobsOptions): Jobs {
  const { ended, changed, failed, most = 1000 } = options;
  const jobs = new Map<string, Job>();
  const running = new Map<
    string,
    { readonly done: Promise<void>; readonly source?: string | undefined }
  >();
  /** The one that each project was given last. One before it leads to what comes after it, so that nobody can join it. */
  const newest = new Map<string, { readonly id: string; readonly key: string }>();
  const over: string[] = [];

  const change = (id: string, news: Partial<Job>) => {
    const before = jobs.get(id);
    if (before === undefined) return;
    const job = { ...before, ...news };
    jobs.set(id, job);
    if (JSON.stringify(job) !== JSON.stringify(before)) changed?.(job);
  };
  const end = (id: string, news: Partial<Job>) => {
    change(id, news);
    over.push(id);
    if (over.length > most) jobs.delete(over.shift() ?? '');
  };

  const run = async (id: string, work: Work) => {
    try {
      await work(ended, ({ phase, percent = null, bytes = null, commits = null }) =>
        change(id, { state: 'running', phase, percent, bytes, commits }),
      );
      end(id, { state: 'done', phase: null, percent: 100, outcome: 'ok' });
    } catch (error) {
      const code = error instanceof DomainError ? error.code : 'internal';
      const detail =
        error instanceof DomainError ? error.message : 'It could not be done; try again shortly.';
      end(id, { state: 'failed', outcome: code, detail });
      const job = jobs.get(id);
      if (job !== undefined && !ended.aborted) failed?.(job, error);
    }
  };

  return {
    job: (id) => jobs.get(id),

    begin({ what, project, url, source }, work) {
      const key = `${what} ${url}`;
      const last = newest.get(project);
      const known = last?.key === key ? jobs.get(last.id) : undefined;
      if (known !== undefined) return known;
      const isOwn = (job: { readonly source?: string | undefined }) => job.source === source;
      const own = source === undefined ? 0 : [...running.values()].filter(isOwn).length;
      if (running.size >= most || own >= Math.max(1, most / 8)) {
        throw tooManyFetches();
      }
      const id = crypto.randomUUID();
      const job = {
        id,
        project,
        url,
        state: 'queued',
        phase: null,
        percent: null,
        bytes: null,
        commits: null,
        outcome: null,
        detail: null,
      } as const;
      jobs.set(id, job);
      changed?.(job);
      newest.set(project, { id, key });
      const done = run(id, work).finally(() => {
        running.delete(id);
        if (newest.get(project)?.id === id) newest.delete(project);
      });
      running.set(id, { done, source });
      return job;
    },

    async settled() {
      await Promise.all([...running.values()].map(({ done }) => done));
    },
  };
}
