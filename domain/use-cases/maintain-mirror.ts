import type { Ports } from '../ports/ports.ts';

/** Maintains the mirror of a url and counts it. Nobody waits for it, and what it does not do now it does the next time. */
export async function maintainMirror(
  { git, metrics }: Pick<Ports, 'git' | 'metrics'>,
  url: string,
): Promise<void> {
  const result = await git.maintain(url).catch(() => undefined);
  if (result === undefined || result.outcome === 'nothing') return;
  const { outcome, seconds, fetched } = result;
  if (fetched !== undefined) metrics.received(fetched);
  metrics.gitOperation({
    op: 'repack',
    seconds,
    ...(outcome === 'failed' && { failure: 'internal' }),
  });
}
