import type { Project } from '../../domain/index.ts';
import type { ServerStatus } from '../contract/ports.ts';

/** What is not as it should be, and what somebody can do about it: a sentence each. */
export interface Advice {
  readonly what: string;
  readonly todo: string;
}

interface Situation {
  readonly status: ServerStatus;
  readonly projects: readonly Project[];
  readonly maxProjects: number;
  /** Whether the store takes anything just now. */
  readonly canWrite: boolean;
  /** Epoch seconds. */
  readonly now: number;
}

/** So long after its time a refresh should have had its turn, in seconds. */
const overdueSeconds = 15 * 60;

/** What needs somebody, the worst first; nothing where all is well. */
export function diagnose(situation: Situation): readonly Advice[] {
  const { status, projects, maxProjects, canWrite, now } = situation;
  const { cache, disk, gitWorker } = status;
  const failing = projects.filter(({ state }) => state === 'failing').length;
  const overdue = projects.filter(
    ({ nextRefreshAt }) => nextRefreshAt > 0 && nextRefreshAt < now - overdueSeconds,
  ).length;
  const checks: readonly (readonly [isBad: boolean, advice: Advice])[] = [
    [
      !canWrite,
      {
        what: 'Nothing can be written.',
        todo: 'Look whether the disk is full or gone, and at the log; what is there can still be read.',
      },
    ],
    [
      !gitWorker.isUp,
      {
        what: 'The process that runs git does not answer, so nothing is fetched.',
        todo: 'It is started again by itself; where that does not help, look at the log, and whether the disk can be read.',
      },
    ],
    [
      disk.freeBytes < disk.neededBytes,
      {
        what: 'The disk is almost full, so nothing is added.',
        todo: 'Free some of it, remove projects, or lower MIN_FREE_DISK_BYTES.',
      },
    ],
    [
      disk.freeBytes >= disk.neededBytes && disk.freeBytes < 2 * disk.neededBytes,
      {
        what: 'The disk is filling up.',
        todo: 'Free some of it before adding is refused.',
      },
    ],
    [
      failing > 0,
      {
        what: `${failing === 1 ? '1 project fails' : `${failing} projects fail`}.`,
        todo: 'Each is tried again by itself; where a repository is gone or not public any more, change its url or remove it.',
      },
    ],
    [
      overdue > 0,
      {
        what: `${overdue === 1 ? '1 project is' : `${overdue} projects are`} refreshed late.`,
        todo: 'Raise REFRESH_CONCURRENCY or REFRESH_MIN_SECONDS, or give the server more processors.',
      },
    ],
    [
      projects.length >= 0.9 * maxProjects,
      {
        what: `There is room for ${Math.max(0, maxProjects - projects.length)} more projects.`,
        todo: 'Remove some, or raise MAX_PROJECTS.',
      },
    ],
    [
      cache.bytes > 0.9 * cache.maxBytes && cache.hits < cache.asked / 2,
      {
        what: 'Most answers have to be made anew, for the cache is full.',
        todo: 'Raise CACHE_MAX_BYTES.',
      },
    ],
  ];
  return checks.filter(([isBad]) => isBad).map(([, advice]) => advice);
}
