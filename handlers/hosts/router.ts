import { Router as HapiRouter } from '@hapi/call';
import { RefusedError } from '../contract/problems.ts';
import { routes } from '../routes.ts';

declare module '@hapi/call' {
  // hapi calls it for the path of each request; its types leave it out.
  interface Router<Handler> {
    normalize(path: string): string;
  }
}

type Route = (typeof routes)[number];

type Match = Route & { readonly params: Readonly<Partial<Record<string, string>>> };

/** hapi's own router, so that every host finds the same route for a path. */
const router = new HapiRouter<Route>();
for (const route of routes) router.add(route, route);

function lookUp(method: string, path: string): Match | undefined {
  const match = router.route(method.toLowerCase(), router.normalize(path));
  return match instanceof Error ? undefined : { ...match.route, params: match.params };
}

/**
 * The route for a path as a request has it, percent-encoded. HEAD is answered by the route of GET.
 * @throws RefusedError `bad_request` where the path cannot be decoded
 */
export function matchRoute(method: string, path: string): Match | undefined {
  if (!isDecodable(path)) throw new RefusedError('bad_request');
  return lookUp(method, path);
}

function isDecodable(path: string): boolean {
  try {
    decodeURIComponent(path);
    return true;
  } catch {
    return false;
  }
}

/** Routes of the earlier program, whose dashboards know of no other refusal than 400, 404 and 500. */
const earlier = /^\/(?:$|add\b|list\/|json\/|metrics$|static\/)/;

const methods = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']);

/**
 * Why there is no route for a request. What a path answers to other methods is told, but for the earlier program's routes.
 * @param path as a request has it, percent-encoded
 */
export function noRoute(path: string): RefusedError {
  const allow = [...methods].filter((method) => {
    const match = lookUp(method, path);
    return match !== undefined && !earlier.test(match.path);
  });
  if (allow.length === 0) return new RefusedError('no_such_page');
  return new RefusedError('method_not_allowed', { allow });
}

/** The method to count a request under. A WHATWG request may invent one, which makes no series. */
export function countedMethod(method: string): string {
  return methods.has(method) ? method : 'OTHER';
}
