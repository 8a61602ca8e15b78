/** What came of one operation. */
export interface Outcome {
  readonly route: string;
  /** The HTTP status, or `no answer`. */
  readonly status: string;
  readonly milliseconds: number;
}

const headings = ['operation', 'count', 'p50', 'p95', 'statuses'];

/** A table of all that was done, a line for each route and one for their sum. */
export function summarize(outcomes: readonly Outcome[]): string {
  const groups = [...Map.groupBy(outcomes, ({ route }) => route)].toSorted(([a], [b]) =>
    a < b ? -1 : 1,
  );
  const rows = [
    headings,
    ...groups.map(([route, group]) => row(route, group)),
    row('all', outcomes),
  ];
  const widths = headings.map((_, column) =>
    Math.max(...rows.map((cells) => cells[column]?.length ?? 0)),
  );
  return rows
    .map((cells) => cells.map((cell, column) => pad(cell, column, widths[column] ?? 0)).join('  '))
    .map((line) => line.trimEnd())
    .join('\n');
}

/** Numbers end below each other, words begin there. */
function pad(cell: string, column: number, width: number): string {
  return column === 0 || column === headings.length - 1 ? cell.padEnd(width) : cell.padStart(width);
}

function row(name: string, outcomes: readonly Outcome[]): readonly string[] {
  const times = outcomes.map(({ milliseconds }) => milliseconds).toSorted((a, b) => a - b);
  const counts = [...Map.groupBy(outcomes, ({ status }) => status)]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([status, { length }]) => `${status} x ${length}`);
  return [
    name,
    String(outcomes.length),
    inMilliseconds(percentile(times, 0.5)),
    inMilliseconds(percentile(times, 0.95)),
    counts.join(', '),
  ];
}

/** The smallest value that this part of all values does not exceed. */
function percentile(sorted: readonly number[], part: number): number | undefined {
  return sorted[Math.ceil(sorted.length * part) - 1];
}

function inMilliseconds(value: number | undefined): string {
  return value === undefined ? '-' : `${value.toFixed(0)} ms`;
}
