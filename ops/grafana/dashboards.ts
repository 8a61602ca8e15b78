import { fleet } from './fleet.ts';
import { projectBoard } from './project.ts';
import { requests } from './requests.ts';
import { service } from './service.ts';

/** The files of dashboards that Grafana reads, by name. */
export function dashboardFiles(): ReadonlyMap<string, string> {
  const boards = { requests, service, fleet, project: projectBoard };
  return new Map(
    Object.entries(boards).map(([name, make]) => [
      `${name}.json`,
      `${JSON.stringify(make(), null, 2)}\n`,
    ]),
  );
}
