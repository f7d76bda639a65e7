import type { Axis } from "@c10k-lab/protocol";

/** A quantity of one variant at one axis value so far. */
export interface LivePoint {
  readonly axisValue: number;
  readonly value: number;
  /** Ends of the interval; null while one start has been measured. */
  readonly low: number | null;
  readonly high: number | null;
}

/** Costs of the variants of one group so far. */
export interface LiveChart {
  readonly group: string | null;
  readonly axis: Axis;
  readonly series: readonly { readonly variant: string; readonly points: readonly LivePoint[] }[];
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
