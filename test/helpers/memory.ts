import { readdirSync, readFileSync } from 'node:fs';
import { statFields } from './processes.ts';

const pageBytes = 4096;
const mebibyte = 1024 ** 2;

/** The most resident memory at any moment, in MiB. */
export interface Peak {
  /** Of the process itself. */
  readonly server: number;
  /** Of everything in one of the process groups that it started, together; pages they share count for each. */
  readonly group: number;
}

interface Process {
  readonly pid: number;
  readonly parent: number;
  readonly group: number;
  readonly bytes: number;
}

/** Watches a process, and all that it starts, until it is asked for what it saw. Linux only, by procfs. */
export function watchMemory(server: number): () => Peak {
  const groups = new Set<number>();
  let most = 0;
  const look = () => {
    const all = processes();
    const own = all.find(({ pid }) => pid === server)?.group;
    for (const { parent, group } of all) {
      if (parent === server && group !== own) groups.add(group);
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
    const status = readFileSync(`/proc/${server}/status`, 'utf8');
    const kibibytes = Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1]);
    return { server: kibibytes / 1024, group: most / mebibyte };
  };
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
