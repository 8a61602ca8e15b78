import { corsHeaders, type Origins } from './cors.ts';

/** Nothing inline, nothing from elsewhere, in nobody's frame. Pico draws its icons as `data:`. */
export const securityHeaders = {
  'content-security-policy': [
    "default-src 'none'",
    "script-src 'self'",
    "connect-src 'self'",
    "style-src 'self'",
    "img-src 'self' data:",
    "form-action 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ].join('; '),
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
} as const;

/**
 * What every answer carries.
 * @param origin the request's `Origin`
 */
export function commonHeaders(
  id: string,
  origins: Origins | undefined,
  origin: string | undefined,
): Readonly<Record<string, string>> {
  const cors = corsHeaders(origins, origin);
  return { ...securityHeaders, ...cors, 'cache-control': 'no-cache', 'x-request-id': id };
}
