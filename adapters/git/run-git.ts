import { writeFileSync } from 'node:fs';
import type { Readable } from 'node:stream';
import { execa } from 'execa';
import { fetchError } from '../../domain/fetch-error.ts';
import { identify, killGroup, type ProcessIdentity } from '../process/process-identity.ts';
import { gitEnvironment, traceDescriptor, type NetworkAccess } from './git-environment.ts';
import { eachLine } from './each-line.ts';

/** What every git process gets, and no more of the server's own environment than the search path. */
export interface GitRunnerOptions {
  /** In the environment of every process of this runner, as `GIT_MONITORING_SERVER`: tells them from others. */
  readonly processTag: string;
  /** Directories in which git and prlimit are looked for, as in `PATH`. */
  readonly path: string;
  /** The largest file git may write, in bytes. */
  readonly maxFileBytes: number;
  /** Whether `prlimit` is there to hold the limits. */
  readonly prlimit: boolean;
}

interface GitRun {
  readonly args: readonly string[];
  /** The directory to run in: a bare repository, mostly. */
  readonly cwd: string;
  /** Whether git may talk to a remote; a run that reads locally starts no transport whatever it misses. */
  readonly network?: NetworkAccess;
  /** Kills git and everything it started. */
  readonly signal?: AbortSignal | undefined;
  /** Gets git's trace of packets and HTTP headers, line by line; what it holds comes from the remote. */
  readonly onTrace?: (line: string) => void;
  /** Gets what git writes for people, line by line; answers true for a line of progress, which no log wants. */
  readonly onMessage?: (line: string) => boolean;
}

/** How a run ended; one that ended by itself, with whatever code, is no error. */
export interface GitEnd {
  readonly exitCode: number | undefined;
  /** The signal that killed it, if one did. */
  readonly killedBy: string | undefined;
  /** The last of what git wrote for people; for the log only. */
  readonly stderr: string;
}

interface RunningGit {
  /** To be read to its end, or destroyed. */
  readonly stdout: Readable;
  /** Rejects only where git could not be started, with DomainError `internal`, or with the reason of the signal. */
  readonly end: Promise<GitEnd>;
  /** Kills git and everything it started; does nothing once it has ended. */
  kill(): void;
}

export interface GitRunner {
  /** @throws DomainError `internal` once `killAll` was called */
  start(run: GitRun): RunningGit;
  /** Kills whatever still runs and starts nothing more, for the last moment of this process. */
  killAll(): void;
}

/**
 * Memory of one git process, files it maps excepted. What a remote sends may have two of a fetch take all of theirs, and
 * together with the files they stay below 1 GiB.
 */
const maxDataBytes = { fetching: 448 * 1024 ** 2, reading: 768 * 1024 ** 2 };

/** What prlimit ends with where it finds no git, or may not run it; git never does. */
const noProgram = new Set([126, 127]);

/** Processor time of one git process: some never end by themselves where their repository vanishes under them. */
const maxProcessorSeconds = 1800;

/** How much of git's own words is buffered for the log, in characters. */
const maxStderrLength = 4096;

/** A line longer than this, in characters, is truncated. */
const maxLineLength = 4096;

/** The same of a line of the trace: the longest name of a ref takes 12 characters a byte there. */
const maxTraceLineLength = 65_536;

/** The one place that runs git: in an environment made from nothing, in a process group of its own, within limits. */
export function createGitRunner(options: GitRunnerOptions): GitRunner {
  /** The leader of each group that may be signalled. */
  const groups = new Set<ProcessIdentity>();
  let isOver = false;

  function start(run: GitRun): RunningGit {
    const limits = options.prlimit
      ? [
          'prlimit',
          `--data=${run.network ? maxDataBytes.fetching : maxDataBytes.reading}`,
          `--fsize=${options.maxFileBytes}`,
          `--cpu=${maxProcessorSeconds}`,
          '--core=0',
          '--',
        ]
      : [];
    const [file = 'git', ...args] = [...limits, 'git', ...run.args];
    run.signal?.throwIfAborted();
    if (isOver) throw fetchError('internal', 'this server ends');
    const child = execa(file, args, {
      cwd: run.cwd,
      env: gitEnvironment({
        ...options,
        network: run.network,
        isTraced: run.onTrace !== undefined,
      }),
      extendEnv: false,
      detached: true,
      buffer: false,
      reject: false,
      stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
    });
    const leader = child.pid === undefined ? undefined : identify(child.pid);
    const kill = () => {
      if (leader !== undefined && groups.has(leader)) killGroup(leader);
    };
    if (leader !== undefined) {
      groups.add(leader);
      killFirst(leader.pid);
    }
    run.signal?.addEventListener('abort', kill, { once: true });
    // Whatever git leaves behind would hold its pipes open, and the end would never come.
    child.nodeChildProcess.once('exit', () => {
      kill();
      // From now on a stranger may get the number, though what has left the group may still hold the pipes.
      if (leader !== undefined) groups.delete(leader);
    });

    const secrets = run.network?.secrets ?? [];
    let stderr = '';
    eachLine(child.stderr, /[\r\n]+/, maxLineLength, (line) => {
      if (run.onMessage?.(line) === true) return;
      const shown = secrets.reduce((text, secret) => text.replaceAll(secret, '***'), line);
      stderr = `${stderr}${shown}\n`.slice(-maxStderrLength);
    });
    eachLine(child.stdio[traceDescriptor], '\n', maxTraceLineLength, (line) => run.onTrace?.(line));

    const end = async (): Promise<GitEnd> => {
      const result = await child;
      run.signal?.removeEventListener('abort', kill);
      run.signal?.throwIfAborted();
      if (leader === undefined || noProgram.has(result.exitCode ?? 0)) {
        throw fetchError('internal', new Error('git could not be started', { cause: result }));
      }
      return { exitCode: result.exitCode, killedBy: result.signal, stderr };
    };
    const ended = end();
    // Whoever reads stdout asks for the end only afterwards; until then a rejection is nobody's fault.
    ended.catch(() => {});
    return { stdout: child.stdout, end: ended, kill };
  }

  return {
    start,
    killAll: () => {
      isOver = true;
      for (const leader of groups) killGroup(leader);
    },
  };
}

/**
 * Has the kernel kill this process, or one that it starts, before any other where memory is short. Each is bounded, all of them
 * together are not: of many that take what they may the largest goes, its fetch fails, and the server stays.
 * https://man7.org/linux/man-pages/man5/proc_pid_oom_score_adj.5.html
 */
function killFirst(pid: number): void {
  try {
    writeFileSync(`/proc/${pid}/oom_score_adj`, '1000');
  } catch {
    // It has ended, or this is no Linux.
  }
}
