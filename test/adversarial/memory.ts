import { readdirSync, readFileSync } from 'node:fs';
import { statFields } from '../../adapters/process/stat-fields.ts';

const pageBytes = 4096;
const mebibyte = 1024 ** 2;

/** The most resident memory at any moment, in MiB. */
export interface Peak {
  /** Of the process itself, and what the process that runs git for it has of its own. */
  readonly server: number;
  /** Of everything in one of the process groups that this one started, together; pages they share count for each. */
  readonly group: number;
}

interface Process {
  readonly pid: number;
  readonly parent: number;
  readonly group: number;
  readonly bytes: number;
}

/** Watches a server, its git worker and all that this starts, until it is asked for what it saw. Linux only, by procfs. */
export function watchMemory(server: number): () => Peak {
  const groups = new Set<number>();
  let most = 0;
  let ofWorker = 0;
  const look = () => {
    const all = processes();
    const worker = all.find(({ parent }) => parent === server)?.pid;
    if (worker === undefined) return;
    ofWorker = Math.max(ofWorker, kibibytes(worker, 'RssAnon'));
    for (const { parent, group } of all) {
      if (parent === worker && group !== worker) groups.add(group);
    }
    for (const group of groups) {
      const members = all.filter((each) => each.group === group);
      if (members.length === 0) groups.delete(group);
      most = Math.max(
        most,
        members.reduce((sum, { bytes }) => sum + bytes, 0),
      );
    }
  };
  const timer = setInterval(look, 20);
  return () => {
    clearInterval(timer);
    const own = kibibytes(server, 'VmHWM') + ofWorker;
    return { server: own / 1024, group: most / mebibyte };
  };
}

/** A figure of `/proc/N/status`; 0 where the process has ended. */
function kibibytes(pid: number, figure: 'VmHWM' | 'RssAnon'): number {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    return Number(new RegExp(`^${figure}:\\s+(\\d+) kB$`, 'm').exec(status)?.[1] ?? 0);
  } catch {
    return 0;
  }
}

function processes(): readonly Process[] {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  return pids.flatMap((name) => {
    try {
      const fields = statFields(readFileSync(`/proc/${name}/stat`, 'utf8'));
      const [, parent, group] = fields.map(Number);
      return [
        {
          pid: Number(name),
          parent: parent ?? 0,
          group: group ?? 0,
          bytes: Number(fields[21]) * pageBytes,
        },
      ];
    } catch {
      return [];
    }
  });
}
