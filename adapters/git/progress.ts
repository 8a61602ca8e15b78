import type { Progress } from '../../domain/ports.ts';

/** Reads a line that git writes for people while it works; undefined for any other. */
export function readProgress(line: string): Pick<Progress, 'phase' | 'percent'> | undefined {
  const [, remote, what, percent] =
    /^(remote: )?([A-Z][a-z]+ [a-z]+): +(?:(\d{1,3})% )?\(?\d+/.exec(line) ?? [];
  if (what === undefined) return undefined;
  if (what === 'Receiving objects' && remote === undefined && percent !== undefined) {
    return { phase: 'receiving', percent: Number(percent) };
  }
  return { phase: 'connecting' };
}
