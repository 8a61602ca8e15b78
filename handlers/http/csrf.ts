interface WriteHeaders {
  readonly host?: string | undefined;
  readonly origin?: string | undefined;
  readonly 'sec-fetch-site'?: string | readonly string[] | undefined;
}

const readMethods = new Set(['GET', 'HEAD', 'OPTIONS']);

/** Whether a method changes nothing. */
export function isRead(method: string): boolean {
  return readMethods.has(method.toUpperCase());
}

/**
 * Whether a page of another site sends this request, and it may change something. Browsers tell by
 * `Sec-Fetch-Site`, older ones by `Origin`; a program sends neither and is let through.
 * @see https://www.w3.org/TR/fetch-metadata/
 */
export function isCrossOriginWrite(method: string, headers: WriteHeaders): boolean {
  if (isRead(method)) return false;
  const site = headers['sec-fetch-site'];
  if (site !== undefined) return site !== 'same-origin' && site !== 'none';
  return headers.origin !== undefined && hostOf(headers.origin) !== headers.host?.toLowerCase();
}

/** Host and port alone: behind a proxy that ends TLS the scheme differs. */
function hostOf(origin: string): string | null {
  return URL.canParse(origin) ? new URL(origin).host : null;
}
