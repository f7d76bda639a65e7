import type { Interval } from "@c10k-lab/inference";
import type { Finding as Answer, Axis, Capacity, Search } from "@c10k-lab/protocol";
import type { Difference } from "../../comparison/comparison.ts";
import type { CellDoubts } from "../../comparison/doubts.ts";
import type { Shortfall } from "../../comparison/refusals.ts";
import type { Sign } from "../../comparison/scaling.ts";
import type { Waits } from "../../comparison/waits.ts";
import type { CellFigures } from "../../model/cell-figures.ts";
import type { Quantity } from "../../model/quantities.ts";

/** Two cells of one variant: a change is that of `to` against `from`. */
export interface Pair {
  readonly to: CellFigures;
  readonly from: CellFigures;
  /** Names of the groups of both cells, where the groups are compared; else they differ in their axis values. */
  readonly groups: readonly [to: string, from: string] | null;
}

/** Verbs for what a server did, as in "threaded used 9.1 µs of CPU per message". */
export type Deed = "used" | "grew by" | "switched context" | "scanned" | "met" | "saw";

/** Repetitions of one backlog in which the accept queue overflowed. */
export interface FullBacklog {
  readonly backlog: number;
  readonly overflowed: number;
  readonly repetitions: number;
}

type Doubted = { readonly doubts: CellDoubts };

/** Findings about load and scaling. */
type ScalingFinding =
  | { readonly finding: "nothing-measured" | "nothing-whole" }
  | ({
      readonly finding: "stopped";
      readonly cell: CellFigures;
      readonly signs: readonly Sign[];
      readonly isSure: boolean;
      readonly isFirst: boolean;
    } & Doubted)
  | { readonly finding: "stopped-together"; readonly cells: readonly CellFigures[]; readonly isSure: boolean }
  /** Largest loads measured, and whole. */
  | { readonly finding: "kept-scaling"; readonly cells: readonly CellFigures[] }
  | { readonly finding: "shortfall"; readonly shortfall: Shortfall }
  /** Share of its best rate that a variant has at its largest load, 0 to 1. */
  | ({
      readonly finding: "rate-kept";
      readonly smallest: CellFigures;
      readonly best: CellFigures;
      readonly last: CellFigures;
      readonly share: number;
      readonly interval: Interval | null;
    } & Doubted);

/** Findings about one quantity of several cells. */
type QuantityFinding =
  | ({ readonly quantity: Quantity } & Doubted &
      (
        | ({ readonly finding: "changed"; readonly difference: Difference } & Pair)
        | { readonly finding: "unchanged"; readonly pairs: readonly Pair[] }
        | {
            readonly finding: "leads";
            readonly more: CellFigures;
            readonly less: CellFigures;
            readonly difference: Difference;
          }
        | { readonly finding: "alike"; readonly cells: readonly CellFigures[] }
        /** No difference is shown, but one median is infinite. */
        | { readonly finding: "infinite"; readonly cell: CellFigures; readonly against: CellFigures | null }
        | { readonly finding: "values"; readonly deed: Deed; readonly cells: readonly CellFigures[] }
      ))
  /** Quantities in which the variants of a server are not told apart at one axis value. */
  | ({
      readonly finding: "unaffected";
      readonly cells: readonly CellFigures[];
      readonly quantities: readonly Quantity[];
    } & Doubted);

/** Findings about the accept queue and the ledgers. */
type LedgerFinding =
  | {
      readonly finding: "overflowed";
      readonly cells: readonly { readonly name: string; readonly counts: readonly number[] }[];
    }
  | { readonly finding: "ledgers-agree"; readonly repetitions: number }
  | {
      readonly finding: "backlog-too-short";
      readonly variants: readonly string[];
      readonly full: readonly FullBacklog[];
      /** Smallest backlog from which on nothing overflowed; null where each overflowed. */
      readonly enough: number | null;
    }
  /** Variants without an overflow; null for all. */
  | {
      readonly finding: "backlog-enough";
      readonly variants: readonly string[] | null;
      readonly range: readonly [number, number];
    };

/** Findings about the size of a message. */
type SizeFinding = Doubted &
  (
    | {
        readonly finding: "converged";
        readonly variants: readonly string[];
        /** Axis value from which on the rates are alike; null for all sizes measured. */
        readonly from: number | null;
        readonly furthest: readonly [CellFigures, CellFigures];
      }
    | { readonly finding: "differs-throughout"; readonly largest: number }
    | { readonly finding: "peak-data-rate"; readonly cell: CellFigures }
  );

/** Findings about the same load in two groups. */
type GroupsFinding =
  | {
      readonly finding: "groups-counted";
      readonly cells: number;
      readonly sides: readonly {
        readonly group: string;
        readonly overflowed: number;
        readonly cutOff: number;
      }[];
    }
  | { readonly finding: "waits"; readonly group: string; readonly waits: Waits }
  /** Repetitions were cut off after `givenMs`; `timesMin` is null where no ratio may be claimed. */
  | ({
      readonly finding: "not-over";
      readonly cutOff: number;
      readonly givenMs: number;
      readonly timesMin: number | null;
    } & Pair);

/** Findings of a search for capacity. */
type SearchFinding =
  | { readonly finding: "objective"; readonly capacity: Capacity }
  | { readonly finding: "search"; readonly search: Search }
  | { readonly finding: "no-limit-reached"; readonly searched: Search["searched"] }
  | { readonly finding: "order-unclear"; readonly lowest: Search; readonly overlapping: readonly Search[] }
  | { readonly finding: "first-limit"; readonly lowest: Search };

/** An answer that the lab has found in slices. */
interface SlicesFinding {
  readonly finding: "slices";
  readonly answer: Answer;
}

/** A fact that follows from the results, with its effect and interval. */
export type Finding =
  | ScalingFinding
  | QuantityFinding
  | LedgerFinding
  | SizeFinding
  | GroupsFinding
  | SearchFinding
  | SlicesFinding;

/** Renderers by kind of finding. */
export type Sentences = {
  readonly [K in Finding["finding"]]: (finding: Extract<Finding, { finding: K }>) => string;
};

/** Findings by their use; no data, no finding. */
export interface Findings<F = Finding> {
  /** Answers to the plan's question, the most important first. */
  readonly answer: readonly F[];
  /** Accounts of the kernel and the servers that go together with the answer. */
  readonly evidence: readonly F[];
  readonly details: readonly F[];
}

/** A finding and the group it is about; null for the whole experiment, or a plan without groups. */
export interface Statement {
  readonly group: string | null;
  readonly finding: Finding;
}

/** Returns the axis of a cell and its value there. */
export function placeOf({ axis, axisValue }: CellFigures): [Axis, number] {
  return [axis, axisValue];
}
