import { readFileSync, statSync } from 'node:fs';
import { ConfigError } from './variables.ts';
import { requireSmallFile } from './small-file.ts';

/**
 * Reads a file of secrets, which only its owner may read.
 * @param setting names it, as NAME="file"
 * @throws ConfigError where it cannot be read, is too large, or its mode lets others
 */
export function readPrivateFile(file: string, setting: string): string {
  requireSmallFile(file, setting);
  try {
    const mode = statSync(file).mode & 0o777;
    if ((mode & ~0o600) === 0) return readFileSync(file, 'utf8');
    const given = `0${mode.toString(8)}`;
    throw new ConfigError(
      `${setting}: its mode is ${given}, and 0600 is the most it may be; run chmod 600 on it`,
    );
  } catch (cause) {
    if (cause instanceof ConfigError) throw cause;
    throw new ConfigError(`${setting}: expected a file that can be read`, { cause });
  }
}
