import { byteWords } from './byte-words.ts';

/** As of a job of the API. */
interface Progressing {
  readonly state: string;
  readonly phase: string | null;
  readonly percent: number | null;
  readonly bytes: number | null;
  readonly commits: number | null;
}

const thousands = new Intl.NumberFormat('en');

/** How a job goes, in words. Used by the templates too. */
export function progressWords({ state, phase, percent, bytes, commits }: Progressing): string {
  if (state === 'done') return 'Done';
  switch (phase) {
    case 'connecting':
      return 'Resolving the host and connecting';
    case 'receiving': {
      const share = percent === null ? '' : ` ${percent} %`;
      return `Receiving${share}${bytes === null ? '' : `, ${byteWords(bytes)}`}`;
    }
    case 'reading':
      return commits === null ? 'Reading commits' : `Reading ${thousands.format(commits)} commits`;
    case null:
    default:
      return 'Waiting for its turn';
  }
}
