import { execFileSync } from 'node:child_process';
import { arch, cpus, loadavg, platform } from 'node:os';
import type { Comparison } from './pairs.ts';

export type Row = readonly string[];

const heads = ['repository', 'commits', 'measured', 'floor', 'ours', 'ratio', 'reach', ''] as const;

type Unit = 's' | 'ms' | 'MB' | '/s' | 'rows';

/** What the ratio should be; `orMore` is in the row's unit, and allowed whatever the ratio. */
type Reach = { readonly atMost: number; readonly orMore?: number } | { readonly atLeast: number };

/** A row that compares with a floor. */
export function ratioRow(
  measured: string,
  unit: Unit,
  { floor, subject, ratio, lowest, highest }: Comparison,
  wanted?: Reach,
): Row {
  const spread = `${ratio.toFixed(3)} (${lowest.toFixed(2)} – ${highest.toFixed(2)})`;
  const row = [measured, write(floor, unit), write(subject, unit), spread];
  if (wanted === undefined) return row;
  if ('atLeast' in wanted) {
    return [...row, `≥ ${wanted.atLeast}`, verdict(ratio >= wanted.atLeast)];
  }
  const { atMost, orMore } = wanted;
  if (orMore === undefined) return [...row, `≤ ${atMost}`, verdict(ratio <= atMost)];
  const reached = ratio <= atMost || subject - floor <= orMore;
  return [...row, `≤ ${atMost} or + ${orMore} ${unit}`, verdict(reached)];
}

/** A row of a figure that stands for itself; undefined where it cannot be known. */
export function figureRow(
  measured: string,
  unit: Unit,
  figure: number | undefined,
  below?: number,
): Row {
  if (figure === undefined) return [measured, '', 'not known here'];
  const reach = below === undefined ? [] : [`< ${below} ${unit}`, verdict(figure < below)];
  return [measured, '', write(figure, unit), '', ...reach];
}

/** The rows as one table in Markdown, under the machine and versions that they were measured with. */
export function report(rows: readonly Row[], before: string): string {
  const lines = [heads, heads.map(() => '---'), ...rows].map(
    (row) => `| ${heads.map((_, column) => row[column] ?? '').join(' | ')} |`,
  );
  const machine = `${cpus().length} × ${cpus()[0]?.model ?? 'unknown'}, ${platform()} ${arch()}`;
  const git = execFileSync('git', ['--version'], { encoding: 'utf8' }).trim();
  const date = new Date().toISOString().slice(0, 10);
  return [
    `${date}: ${machine}, node ${process.versions.node}, ${git}, load average ${before} before.`,
    '',
    ...lines,
  ].join('\n');
}

/** The load average of the last minute: what else the machine has to do. */
export function load(): string {
  return (loadavg()[0] ?? 0).toFixed(1);
}

function write(figure: number, unit: Unit): string {
  if (unit === 'rows') return `${figure} rows`;
  if (unit === '/s') return `${figure.toFixed(figure < 100 ? 1 : 0)}/s`;
  return `${unit === 'MB' ? figure.toPrecision(4) : figure.toFixed(3)} ${unit}`;
}

function verdict(reached: boolean): string {
  return reached ? 'ok' : 'missed';
}
