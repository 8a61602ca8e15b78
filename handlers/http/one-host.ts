/** As Node gives it. */
interface RequestHead {
  readonly httpVersion: string;
  readonly url?: string | undefined;
  readonly headers: { readonly host?: string | undefined };
  /** Names and values by turns. */
  readonly rawHeaders: readonly string[];
}

/**
 * Whether a request names one host: by one `Host` header, which HTTP/1.1 demands, and a target in absolute form, if it is
 * one, that has the same. Of two a proxy may check one and this server the other.
 * @see https://www.rfc-editor.org/rfc/rfc9112#section-3.2
 */
export function namesOneHost({ httpVersion, url = '', headers, rawHeaders }: RequestHead): boolean {
  const { host } = headers;
  if (host === undefined) return httpVersion !== '1.1';
  // Node keeps the first of several.
  let hosts = 0;
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = rawHeaders[index] ?? '';
    if (name.length === 4 && name.toLowerCase() === 'host') hosts += 1;
  }
  return hosts === 1 && (url.startsWith('/') || isSameHost(url, host));
}

/** Compares without the port where it is the scheme's own. */
function isSameHost(target: string, host: string): boolean {
  // OPTIONS alone may ask for `*`.
  if (!URL.canParse(target)) return true;
  const { protocol, host: named } = new URL(target);
  const other = `${protocol}//${host}`;
  return URL.canParse(other) && new URL(other).host === named;
}
