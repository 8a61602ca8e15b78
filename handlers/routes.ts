import { addByForm, adding } from './pages/add-form.ts';
import { apiPage } from './pages/api-reference.ts';
import { authors } from './pages/project/authors.ts';
import * as commitPage from './pages/project/commit.ts';
import { json } from './pages/project/json.ts';
import type { Handler } from './contract/handler.ts';
import { alive, ready } from './core/health.ts';
import { feed } from './pages/feed.ts';
import * as login from './pages/login.ts';
import * as manage from './pages/project-actions.ts';
import { metrics } from './core/metrics.ts';
import { openApi } from './api/openapi.ts';
import { operations, statusesOf, type Operation } from './api/operations.ts';
import * as overview from './pages/overview.ts';
import * as projectPage from './pages/project/commits.ts';
import * as projects from './core/add.ts';
import { rewrites } from './pages/project/rewrites.ts';
import { status } from './pages/status.ts';

interface Endpoint {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** The `endpoint` that requests are counted under: mostly the path itself. */
  readonly endpoint: string;
  /** What it can answer; the series of each exist from the start. */
  readonly statuses: readonly number[];
  /** Whether its time counts in the latency. */
  readonly timed: boolean;
}

interface Route extends Endpoint {
  /** What requests are matched with: hapi's own notation. */
  readonly path: string;
  /** `files` stands for the files that pages need, which each host has its own way to send. */
  readonly handler: Handler | 'files';
}

/** Every route there is. */
export const routes: readonly Route[] = [
  route('GET', '/', overview.list, [200, 304, 500, 503]),
  route('POST', '/add/{projectname}', projects.add, [200, 202, 400, 403, 500, 503]),
  { ...route('POST', '/add', addByForm, [303]), endpoint: '/add/{projectname}' },
  route('GET', '/adding/{id}', adding, [200, 303, 304, 404]),
  route('POST', '/refresh/{projectname}', manage.refreshByForm, [303, 400, 403, 404, 500, 503]),
  route('GET', '/remove/{projectname}', manage.confirmRemoval, [200, 304, 400, 404, 500, 503]),
  route('POST', '/remove/{projectname}', manage.removeByForm, [303, 400, 403, 404, 500, 503]),
  route('GET', '/list/{projectname}', projectPage.list, [200, 303, 304, 400, 404, 410, 500, 503]),
  route('GET', '/authors/{projectname}', authors, [200, 304, 400, 404, 500, 503]),
  route('GET', '/rewrites/{projectname}', rewrites, [200, 304, 400, 404, 500, 503]),
  route('GET', '/commit/{projectname}/{sha}', commitPage.show, [200, 304, 400, 404, 409, 500, 503]),
  route('GET', '/json/{projectname}', json, [200, 304, 400, 404, 500, 503]),
  ...operations.map(toRoute),
  route('GET', '/feed/{file}', feed, [200, 304, 400, 404, 500, 503]),
  route('GET', '/openapi.json', openApi, [200, 304, 400, 500]),
  route('GET', '/login', login.show, [200, 304]),
  route('POST', '/login', login.enter, [303, 401]),
  route('POST', '/logout', login.leave, [303]),
  route('GET', '/status', status, [200, 304, 500, 503]),
  route('GET', '/api', apiPage, [200, 304, 500]),
  route('GET', '/metrics', metrics, [200, 500, 503]),
  route('GET', '/static/{path*}', 'files', [200, 304, 404, 500]),
  { ...route('GET', '/healthz', alive, [200]), timed: false },
  { ...route('GET', '/readyz', ready, [200, 500, 503]), timed: false },
];

/** The `endpoint` of every request that no route matches, so that invented paths make no series. */
export const unmatched = 'unmatched';

const endpointByPath = new Map(routes.map(({ path, endpoint }) => [path, endpoint]));

/** The `endpoint` of the route of a path in the table; hapi puts a route of its own in its place where none matches. */
export function endpointOf(path: string): string {
  return endpointByPath.get(path) ?? unmatched;
}

/** What the metrics count under. */
export const endpoints: readonly Endpoint[] = [
  ...routes.map(({ method, endpoint, statuses, timed }) => ({
    method,
    endpoint,
    statuses,
    timed,
  })),
  { method: 'GET', endpoint: unmatched, statuses: [404], timed: true },
];

function route(
  method: Endpoint['method'],
  path: string,
  handler: Route['handler'],
  statuses: readonly number[],
): Route {
  return { method, path, endpoint: path, handler, statuses, timed: true };
}

function toRoute(operation: Operation): Route {
  const { method, path, handler, type } = operation;
  const described = route(method, path, handler, statusesOf(operation));
  // Its response lasts as long as the client listens.
  return type === 'text/event-stream' ? { ...described, timed: false } : described;
}
