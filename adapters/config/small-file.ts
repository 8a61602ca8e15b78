import { statSync } from 'node:fs';
import { ConfigError } from './variables.ts';

/** How large a file of settings may be, in bytes. */
const largest = 1024 ** 2;

/** How many mistakes of a file are told. */
const mostTold = 20;

/**
 * Refuses what is too large to be read whole, and what is no regular file: reading a pipe waits for who writes to it. A file
 * that is not there is left to who reads it.
 * @param setting names it, as NAME="file"
 * @throws ConfigError
 */
export function requireSmallFile(file: string, setting: string): void {
  const stats = statSync(file, { throwIfNoEntry: false });
  if (stats === undefined) return;
  if (!stats.isFile()) throw new ConfigError(`${setting}: expected a file that can be read`);
  if (stats.size > largest) {
    throw new ConfigError(
      `${setting}: it has ${stats.size} bytes, and ${largest} are the most it may have; take lines out of it`,
    );
  }
}

/** Gathers what is wrong with the lines of a file: the first mistakes, and how many more there are. */
export class Mistakes {
  readonly #told: string[] = [];
  #more = 0;

  add(mistake: string): void {
    if (this.#told.length < mostTold) this.#told.push(mistake);
    else this.#more++;
  }

  /** @throws ConfigError that has a line for each mistake, where there are any */
  throwIfAny(): void {
    if (this.#told.length === 0) return;
    const more = this.#more === 0 ? [] : [`and ${this.#more} more`];
    throw new ConfigError([...this.#told, ...more].join('\n'));
  }
}
