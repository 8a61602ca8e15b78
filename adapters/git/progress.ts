import type { Progress } from '../../domain/ports/git-port.ts';

const units: Readonly<Record<string, number>> = {
  bytes: 1,
  KiB: 1024,
  MiB: 1024 ** 2,
  GiB: 1024 ** 3,
};

/** Reads a line that git writes for people while it works; undefined for any other. */
export function readProgress(line: string): Progress | undefined {
  const [, remote, what, percent, size, unit = ''] =
    /^(remote: )?([A-Z][a-z]+ [a-z]+): +(?:(\d{1,3})% )?\(?\d[^,]*(?:, ([\d.]+) (bytes|KiB|MiB|GiB))?/.exec(
      line,
    ) ?? [];
  if (what === undefined) return undefined;
  // What has come is put together, which takes a moment where it is much.
  if (what === 'Resolving deltas' && remote === undefined) {
    return { phase: 'receiving', percent: 100 };
  }
  if (what !== 'Receiving objects' || remote !== undefined || percent === undefined) {
    return { phase: 'connecting' };
  }
  const received = { phase: 'receiving', percent: Number(percent) } as const;
  return size === undefined
    ? received
    : { ...received, bytes: Math.round(Number(size) * (units[unit] ?? 1)) };
}
