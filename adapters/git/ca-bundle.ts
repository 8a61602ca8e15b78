import { readFile, writeFile } from 'node:fs/promises';
import { getCACertificates } from 'node:tls';

/**
 * Writes the system's certificate authorities and those of `caFile` into one PEM file: git takes a single file,
 * in place of its own.
 */
export async function writeCaBundle(caFile: string, bundle: string): Promise<void> {
  const own = await readFile(caFile, 'utf8');
  const text = [...getCACertificates('system'), own].join('\n');
  // A full disk would take nothing of it, and the one from before would be gone.
  if ((await readFile(bundle, 'utf8').catch(() => '')) === text) return;
  await writeFile(bundle, text);
}
