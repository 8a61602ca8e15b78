import yoctoSpinner from 'yocto-spinner';
import type { Progress } from '../../domain/ports.ts';

const phases: Readonly<Record<Progress['phase'], string>> = {
  connecting: 'Asking the remote',
  receiving: 'Receiving commits',
  reading: 'Reading commits',
};

/** Shows the progress of a fetch on a terminal until it is stopped, and leaves no trace there. */
export function startSpinner(stream: NodeJS.WriteStream): {
  show: (progress: Progress) => void;
  stop: () => void;
} {
  const spinner = yoctoSpinner({ text: phases.connecting, stream }).start();
  return {
    show: ({ phase, percent, bytes }) => {
      // The output itself shows that reading goes on, and may be on the same terminal.
      if (phase === 'reading') {
        spinner.stop();
        return;
      }
      spinner.text = [
        phases[phase],
        ...(percent === undefined ? [] : [`${percent} %`]),
        ...(bytes === undefined ? [] : [`${(bytes / 1e6).toFixed(1)} MB`]),
      ].join('  ');
    },
    stop: () => {
      spinner.stop();
    },
  };
}
