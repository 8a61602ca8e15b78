import { addProject, noRoom, refreshProject, type Job, type Project } from '../../domain/index.ts';
import type { Ports } from './ports.ts';
import { runAsJob, type Work } from './run-as-job.ts';
import type { RequestContext } from './handler.ts';
import { jobReply } from './job-reply.ts';
import { RefusedError } from './problems.ts';
import type { Reply } from './reply.ts';

interface Wanted {
  readonly name: string;
  readonly url: string;
}

/** @throws RefusedError `stopping`, DomainError `no_room`: where nothing new is begun */
async function admit({
  draining,
  hasRoom,
}: Pick<RequestContext, 'draining' | 'hasRoom'>): Promise<void> {
  if (draining === true) throw new RefusedError('stopping');
  if ((await hasRoom?.()) === false) throw noRoom();
}

/** Brings a repository in for a client that waits for it. */
export async function startAdd(
  ports: Ports,
  wanted: Wanted,
  call: RequestContext,
): Promise<Project> {
  await admit(call);
  call.takePlace?.();
  const { maxProjects, timeoutSeconds, rules, signal, sender } = call;
  const { source } = sender;
  return addProject(ports, { ...wanted, maxProjects, timeoutSeconds, rules, signal, source });
}

/** Adds a project in a job, for a client that does not wait. */
export async function addAsync(ports: Ports, wanted: Wanted, call: RequestContext): Promise<Reply> {
  await admit(call);
  const job = ports.jobs.begin(jobOf(wanted, call), adding(ports, wanted, call));
  return jobReply(job, { 'preference-applied': 'respond-async' });
}

/** Brings a repository in by a job, for a form that waits for it a little. */
export async function startAddByForm(
  ports: Ports,
  wanted: Wanted,
  call: RequestContext,
): Promise<{ readonly job: Job; readonly result?: Project }> {
  await admit(call);
  call.takePlace?.();
  return runAsJob(ports, jobOf(wanted, call), adding(ports, wanted, call));
}

function jobOf({ name, url }: Wanted, { sender: { source } }: RequestContext) {
  return { what: 'add', project: name, url, source } as const;
}

function adding(
  ports: Ports,
  wanted: Wanted,
  { maxProjects, timeoutSeconds, rules, sender: { source } }: RequestContext,
): Work<Project> {
  return (signal, onProgress) =>
    addProject(ports, {
      ...wanted,
      maxProjects,
      timeoutSeconds,
      rules,
      signal,
      onProgress,
      source,
    });
}

/**
 * The work of bringing a project up to date.
 * @throws RefusedError `stopping`: where nothing new is begun
 */
export function refreshing(
  ports: Ports,
  name: string,
  { draining, timeoutSeconds, rules, sender: { source } }: RequestContext,
): Work<void> {
  if (draining === true) throw new RefusedError('stopping');
  return (signal, onProgress) =>
    refreshProject(ports, { name, timeoutSeconds, rules, signal, onProgress, source });
}
