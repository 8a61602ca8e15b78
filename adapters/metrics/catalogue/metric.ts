/** A metric as it is registered, and as rules and panels ask for it. */
export interface Metric<Name extends string = string> {
  readonly name: string;
  readonly help: string;
  readonly labelNames: readonly Name[];
}

/** Metrics by the names that code calls them by. */
export type Metrics = Readonly<Record<string, Metric>>;
