/** A quantity of one variant at one axis value so far. */
export interface LivePoint {
  readonly axisValue: number;
  readonly value: number;
  /** Ends of the interval; null while one start has been measured. */
  readonly low: number | null;
  readonly high: number | null;
}

/** Points of one variant. */
interface LiveSeries {
  readonly variant: string;
  /** Place among the variants of the plan, which gives the colour: the same from the first point to the last. */
  readonly place: number;
  readonly points: readonly LivePoint[];
}

/** Values of the variants of one group so far. */
export interface LiveChart {
  readonly group: string | null;
  /** Name and unit of the quantity: "CPU time per message, µs". */
  readonly quantity: string;
  /** Axis values of the plan, ascending: each keeps its place while the others are measured. */
  readonly axisValues: readonly number[];
  /** Name of the x axis. */
  readonly axis: string;
  readonly series: readonly LiveSeries[];
}

/** View of an experiment under way: the page draws it, and gets it anew when it changes. */
export interface LiveView {
  readonly plan: string;
  readonly question: string;
  /** The load being measured, and the time left. */
  readonly now: string;
  readonly charts: readonly LiveChart[];
  /** The newest lines of the terminal: what was measured last. */
  readonly lines: readonly string[];
  /** Answers so far, those that are settled first. */
  readonly answers: readonly string[];
  /** The report is written: the page shows it. */
  readonly isFinished: boolean;
}
