import {
  DashboardBuilder,
  DashboardCursorSync,
  DashboardLinkBuilder,
  DashboardLinkType,
  type Panel,
  type VariableModel,
  type AnnotationQuery,
} from '@grafana/grafana-foundation-sdk/dashboard';

/** What builds something; the kit's own interface of it is not reachable everywhere. */
interface Builder<Built> {
  build(): Built;
}

interface Board {
  readonly name: 'requests' | 'service' | 'fleet' | 'project';
  readonly title: string;
  readonly description: string;
  /** How far back it looks at first, such as `6h`. */
  readonly since: string;
  readonly panels: readonly (Builder<Panel> & { id(id: number): Builder<Panel> })[];
  readonly variables?: readonly Builder<VariableModel>[];
  readonly annotations?: readonly Builder<AnnotationQuery>[];
}

const tag = 'git-monitoring-server';

/** What a dashboard is known by, in its address among others. */
export function uid(name: Board['name']): string {
  return `gitmon-${name}`;
}

/** In a row above the panels; the kit would put them into a menu. */
function linksToOthers() {
  const { placement: _, ...link } = new DashboardLinkBuilder('Git')
    .type(DashboardLinkType.Dashboards)
    .tags([tag])
    .build();
  return link;
}

/** A dashboard; each links to the others. */
export function dashboard({ name, title, description, since, ...rest }: Board) {
  // Grafana 12 reads files of the schema that follows this one only as an experiment.
  // oxlint-disable-next-line typescript/no-deprecated
  const board = new DashboardBuilder(title)
    .uid(uid(name))
    .description(description)
    .tags([tag])
    .readonly()
    .time({ from: `now-${since}`, to: 'now' })
    .timezone('browser')
    .refresh('30s')
    .tooltip(DashboardCursorSync.Crosshair)
    .link({ build: linksToOthers })
    .variables([...(rest.variables ?? [])])
    .annotations([...(rest.annotations ?? [])]);
  for (const [index, panel] of rest.panels.entries()) board.withPanel(panel.id(index + 1));
  return board.build();
}
