import { readFile, writeFile } from 'node:fs/promises';
import { getCACertificates } from 'node:tls';

/**
 * Writes the system's certificate authorities and those of `caFile` into one PEM file: git takes a single file,
 * in place of its own.
 */
export async function writeCaBundle(caFile: string, bundle: string): Promise<void> {
  const own = await readFile(caFile, 'utf8');
  await writeFile(bundle, [...getCACertificates('system'), own].join('\n'));
}
