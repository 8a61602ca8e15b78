import { readFileSync } from 'node:fs';

/** The program's version, as its package tells it. */
export function readVersion(): string {
  const manifest = new URL(import.meta.resolve('git-monitoring-server/package.json'));
  const found: unknown = JSON.parse(readFileSync(manifest, 'utf8'));
  return typeof found === 'object' && found !== null && 'version' in found
    ? String(found.version)
    : '';
}
