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

/** Costs of the variants of one group so far. */
export interface LiveChart {
  readonly group: string | null;
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
  /** Answers so far, those that are settled first. */
  readonly answers: readonly string[];
  /** The report is written: the page shows it. */
  readonly isFinished: boolean;
}
