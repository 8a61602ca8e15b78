import { problemOf, RefusedError } from '../../contract/problems.ts';
import { securityHeaders } from '../../http/security-headers.ts';

/** The answer, as it is sent, to what is no request at all: no handler ever hears of it. */
export function badRequestResponse(): string {
  const { code, status, title, detail } = problemOf(new RefusedError('bad_request'));
  const body = JSON.stringify({ type: `/problems/${code}`, title, status, detail });
  const headers = {
    ...securityHeaders,
    'cache-control': 'no-cache',
    date: new Date().toUTCString(),
    'content-type': 'application/problem+json',
    'content-length': Buffer.byteLength(body),
    connection: 'close',
  };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
  return [`HTTP/1.1 ${status} Bad Request`, ...lines, '', body].join('\r\n');
}
