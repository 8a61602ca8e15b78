import {
  BigValueColorMode,
  BigValueGraphMode,
  GraphDrawStyle,
  GraphThresholdsStyleMode,
  LegendDisplayMode,
  LegendPlacement,
  SortOrder,
  StackingMode,
  TooltipDisplayMode,
  VisibilityMode,
  GraphThresholdsStyleConfigBuilder,
  ReduceDataOptionsBuilder,
  StackingConfigBuilder,
  VizLegendOptionsBuilder,
  VizTooltipOptionsBuilder,
} from '@grafana/grafana-foundation-sdk/common';
import { ThresholdsConfigBuilder, ThresholdsMode } from '@grafana/grafana-foundation-sdk/dashboard';
import { DataqueryBuilder, PromQueryFormat } from '@grafana/grafana-foundation-sdk/prometheus';
import { PanelBuilder as StatBuilder } from '@grafana/grafana-foundation-sdk/stat';
import { PanelBuilder as GraphBuilder } from '@grafana/grafana-foundation-sdk/timeseries';

/** The data source that is provisioned under this uid. */
export const datasource = { type: 'prometheus', uid: 'gitmon-prometheus' };

/** A query, and what its series are called in the legend. */
export type Asked = readonly [legend: string, promql: string];

/** From which value on it is which colour; those that have a name suit light and dark. */
export type Steps = readonly (readonly [from: number | null, colour: string])[];

interface Panel {
  readonly title: string;
  /** What it tells, and when to worry. */
  readonly description: string;
  /** Grafana's name of it: `s`, `bytes`, `percentunit`. */
  readonly unit: string;
  /** Of 24 columns. */
  readonly width: number;
  readonly height?: number;
  readonly asked: readonly Asked[];
  readonly steps?: Steps;
  /** What is shown in place of nothing. */
  readonly noValue?: string;
}

interface Graph extends Panel {
  readonly style?: 'lines' | 'stacked' | 'bars';
  /** The shortest time between two points, such as `1d`. */
  readonly interval?: string;
}

/** Values over time. */
export function graph(panel: Graph): GraphBuilder {
  const { steps, style = 'lines', interval, noValue } = panel;
  const made = new GraphBuilder()
    .title(panel.title)
    .description(panel.description)
    .datasource(datasource)
    .unit(panel.unit)
    .span(panel.width)
    .height(panel.height ?? 8)
    .min(0)
    .lineWidth(style === 'bars' ? 0 : 2)
    .fillOpacity({ lines: 0, stacked: 25, bars: 80 }[style])
    .drawStyle(style === 'bars' ? GraphDrawStyle.Bars : GraphDrawStyle.Line)
    .showPoints(VisibilityMode.Never)
    .legend(
      new VizLegendOptionsBuilder()
        .showLegend(true)
        .displayMode(LegendDisplayMode.List)
        .placement(LegendPlacement.Bottom)
        .calcs([]),
    )
    .tooltip(
      new VizTooltipOptionsBuilder().mode(TooltipDisplayMode.Multi).sort(SortOrder.Descending),
    );
  if (style !== 'lines') made.stacking(new StackingConfigBuilder().mode(StackingMode.Normal));
  if (noValue !== undefined) made.noValue(noValue);
  if (interval !== undefined) made.interval(interval);
  if (steps !== undefined) {
    made
      .thresholds(thresholds(steps))
      .thresholdsStyle(
        new GraphThresholdsStyleConfigBuilder().mode(GraphThresholdsStyleMode.Dashed),
      );
  }
  for (const [index, asked] of panel.asked.entries()) made.withTarget(overTime(asked, index));
  return made;
}

/** The value of now, large. */
export function stat(panel: Panel): StatBuilder {
  const made = new StatBuilder()
    .title(panel.title)
    .description(panel.description)
    .datasource(datasource)
    .unit(panel.unit)
    .span(panel.width)
    .height(panel.height ?? 4)
    .noValue(panel.noValue ?? '–')
    .colorMode(panel.steps === undefined ? BigValueColorMode.None : BigValueColorMode.Value)
    .graphMode(BigValueGraphMode.None)
    .reduceOptions(new ReduceDataOptionsBuilder().calcs(['lastNotNull']).fields('').values(false))
    .thresholds(thresholds(panel.steps ?? [[null, 'text']]));
  for (const [index, asked] of panel.asked.entries()) {
    made.withTarget(ofNow(asked, index, PromQueryFormat.TimeSeries));
  }
  return made;
}

/** Where values begin to mean something. */
export function thresholds(steps: Steps): ThresholdsConfigBuilder {
  return new ThresholdsConfigBuilder()
    .mode(ThresholdsMode.Absolute)
    .steps(steps.map(([value, color]) => ({ value, color })));
}

/** A query of the whole time that is looked at. */
export function overTime([legend, promql]: Asked, index: number): DataqueryBuilder {
  return query(legend, promql, index).range();
}

/** A query of the last moment of it. */
export function ofNow(
  [legend, promql]: Asked,
  index: number,
  format: PromQueryFormat,
): DataqueryBuilder {
  return query(legend, promql, index).instant().format(format);
}

function query(legend: string, promql: string, index: number): DataqueryBuilder {
  return new DataqueryBuilder()
    .datasource(datasource)
    .expr(promql)
    .legendFormat(legend)
    .refId(refId(index));
}

/** What the queries of a panel are called: A, B, C. */
export function refId(index: number): string {
  return 'ABCDEFGHIJKLMNOPQRSTUVWXYZ'.charAt(index);
}
