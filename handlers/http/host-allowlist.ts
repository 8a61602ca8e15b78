import { memoize } from './memoize.ts';

/** Whether a request's `Host` header may stand for this server. */
export type AllowsHost = (host: string | undefined) => boolean;

const form = /^(?:\[[\da-f:.]+\]|[\w.-]+)(?::\d{1,5})?$/i;

/**
 * Allows `localhost`, names below it, addresses, and the given names, with any port. A page of another site that lets its
 * own name point here (DNS rebinding) is known by that name, which the browser sends as `Host`.
 * @param names as in ALLOWED_HOSTS, without ports
 */
export function allowHosts(names: readonly string[]): AllowsHost {
  const known = new Set(names.map((name) => withoutDot(name.toLowerCase())));
  const isKnown = memoize((host) => {
    if (!form.test(host)) return false;
    const url = `http://${host}`;
    if (!URL.canParse(url)) return false;
    // The parser gives every spelling of an address its one form, and no name can look like that.
    const name = withoutDot(new URL(url).hostname);
    if (name.startsWith('[') || /^\d+\.\d+\.\d+\.\d+$/.test(name)) return true;
    return name === 'localhost' || name.endsWith('.localhost') || known.has(name);
  });
  return (host) => host !== undefined && isKnown(host);
}

function withoutDot(name: string): string {
  return name.replace(/\.$/, '');
}
