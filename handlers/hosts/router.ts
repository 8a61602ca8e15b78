import { RefusedError } from '../contract/problems.ts';
import { routes } from '../routes.ts';

type Params = Readonly<Record<string, string>>;

type Match = (typeof routes)[number] & { readonly params: Params };

const templates = routes.map((route) => ({ route, parts: route.path.split('/') }));

/**
 * The route for a path as a request has it, percent-encoded. HEAD is asked of what answers GET.
 * @throws RefusedError `bad_request` where the path cannot be decoded
 */
export function matchRoute(method: string, path: string): Match | undefined {
  const segments = decode(path);
  if (segments === undefined) throw new RefusedError('bad_request');
  const wanted = method === 'HEAD' ? 'GET' : method;
  for (const { route, parts } of templates) {
    const params = route.method === wanted ? fit(parts, segments) : undefined;
    if (params !== undefined) return { ...route, params };
  }
  return undefined;
}

/** Routes of the earlier program, whose dashboards know of no other refusal than 400, 404 and 500. */
const earlier = /^\/(?:$|add\b|list\/|json\/|metrics$|static\/)/;

/**
 * Why there is no route for a request. What a path answers to other methods is told, but for the earlier program's routes.
 * @param path as a request has it, percent-encoded
 */
export function noRoute(path: string): RefusedError {
  const segments = decode(path) ?? [];
  const allow = templates
    .filter(({ route, parts }) => !earlier.test(route.path) && fit(parts, segments) !== undefined)
    .flatMap(({ route: { method } }) => (method === 'GET' ? ['GET', 'HEAD'] : [method]));
  if (allow.length === 0) return new RefusedError('no_such_page');
  return new RefusedError('method_not_allowed', { allow });
}

const methods = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']);

/** The method to count a request under. A WHATWG request may invent one, which makes no series. */
export function countedMethod(method: string): string {
  return methods.has(method) ? method : 'OTHER';
}

/** The segments of a path; undefined where it cannot be decoded, so that no route matches. */
function decode(path: string): readonly string[] | undefined {
  try {
    return path.split('/').map(decodeURIComponent);
  } catch {
    return undefined;
  }
}

/** `{name}` stands for one segment that is not empty, `{name*}` at the end for all that are left. */
function fit(parts: readonly string[], segments: readonly string[]): Params | undefined {
  const params: Record<string, string> = {};
  for (const [index, part] of parts.entries()) {
    const [, name, rest] = /^\{(\w+)(\*?)\}$/.exec(part) ?? [];
    const segment = segments[index];
    if (name === undefined) {
      if (segment !== part) return undefined;
    } else if (rest === '*') {
      return { ...params, [name]: segments.slice(index).join('/') };
    } else if (segment === undefined || segment === '') {
      return undefined;
    } else {
      params[name] = segment;
    }
  }
  return parts.length === segments.length ? params : undefined;
}
