import { statSync } from 'node:fs';
import type { Credential, FindCredential } from '../git/credential.ts';
import { readPrivateFile } from './private-file.ts';
import { ConfigError } from './variables.ts';
import { Mistakes } from './small-file.ts';

const form = 'expected https://user:password@host[:port][/prefix], percent-encoded';

/**
 * Opens a file of credentials, `https://user:password@host[:port][/prefix]` a line; empty lines and those that begin with #
 * say nothing. For each url it is read again where it has changed.
 * @param warn is told, without anything that the file holds, why a changed file cannot be used; the credentials from before
 * stay in use then
 * @throws ConfigError where it cannot be used from the start
 */
export function openCredentials(file: string, warn: (message: string) => void): FindCredential {
  let seen = stateOf(file);
  let known = readCredentials(file);
  return (url) => {
    const state = stateOf(file);
    if (state !== seen) {
      seen = state;
      try {
        known = readCredentials(file);
      } catch (error) {
        if (!(error instanceof ConfigError)) throw error;
        warn(`${error.message.replaceAll('\n', '; ')}; what it held before stays in use`);
      }
    }
    const { origin, pathname } = new URL(url);
    const path = `${decoded(pathname) ?? pathname}/`;
    // Written as %2F.., it leads out of the prefix that it begins with.
    if (path.includes('/../')) return undefined;
    return known.find((each) => each.origin === origin && path.startsWith(`${each.prefix}/`));
  };
}

/** Another one after each change of the file, its mode included. */
function stateOf(file: string): string {
  try {
    const { ino, size, ctimeNs } = statSync(file, { bigint: true });
    return `${ino} ${size} ${ctimeNs}`;
  } catch {
    return 'out of reach';
  }
}

/** The credentials of a file, those with longer prefixes first. */
function readCredentials(file: string): readonly Credential[] {
  const setting = `CREDENTIALS_FILE=${JSON.stringify(file)}`;
  const credentials: Credential[] = [];
  const mistakes = new Mistakes();
  const places = new Set<string>();
  for (const [index, line] of readPrivateFile(file, setting).split('\n').entries()) {
    const text = line.trim();
    if (text === '' || text.startsWith('#')) continue;
    const read = readLine(text);
    // An origin holds no space.
    const place = read && `${read.origin} ${read.prefix}`;
    const isSecond = place !== undefined && places.has(place);
    if (place !== undefined) places.add(place);
    if (read !== undefined && !isSecond) credentials.push(read);
    else
      mistakes.add(`${setting}: line ${index + 1}: ${isSecond ? 'that place comes twice' : form}`);
  }
  mistakes.throwIfAny();
  return credentials.toSorted((a, b) => b.prefix.length - a.prefix.length);
}

/** Over http everybody on the way would read the password, so no line has such a url. */
function readLine(text: string): Credential | undefined {
  if (!/^https:\/\/[^/]/i.test(text) || !URL.canParse(text)) return undefined;
  const { origin, username, password, pathname, search, hash } = new URL(text);
  const [user, secret, prefix] = [username, password, pathname].map(decoded);
  if (!user || !secret || prefix === undefined || search !== '' || hash !== '') return undefined;
  // A line for the helper ends at a line break, and in Basic authentication the first colon ends the name.
  if (/\p{Cc}/u.test(user + secret + prefix) || user.includes(':')) return undefined;
  return { origin, prefix: prefix.replace(/\/+$/, ''), user, password: secret };
}

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}
