import type { Progress } from '../../domain/ports/git-port.ts';

const phases: Readonly<Record<Progress['phase'], string>> = {
  connecting: 'Asking the remote',
  receiving: 'Receiving commits',
  reading: 'Reading commits',
};

/** Back to the start of the line, and everything right of it gone. */
const clear = '\r\u001b[K';

/**
 * Shows the progress of a fetch in one line of a terminal. Own code, since the spinners of npm take over Ctrl-C and end
 * the process before anything can be cleared away.
 */
export function createProgressLine(terminal: NodeJS.WritableStream): {
  show: (progress: Progress) => void;
  clear: () => void;
} {
  let shown = '';
  const write = (line: string) => {
    if (line === shown) return;
    shown = line;
    terminal.write(`${clear}${line}`);
  };
  return {
    show: ({ phase, percent, bytes }) => {
      // The output itself shows that reading goes on, and may be on the same terminal.
      if (phase === 'reading') return write('');
      const size = bytes === undefined ? '' : `  ${(bytes / 1e6).toFixed(1)} MB`;
      return write(`${phases[phase]}${percent === undefined ? ' …' : `  ${percent} %`}${size}`);
    },
    clear: () => write(''),
  };
}
