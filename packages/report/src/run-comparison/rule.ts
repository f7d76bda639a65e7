import type { ComparedQuantity } from "@c10k-lab/protocol";

/** Quantities to compare, and the rule by which a change counts. */
export interface Rule {
  readonly quantities: readonly ComparedQuantity[];
  /** A quantity that has surely become worse by more than this is a regression. */
  readonly thresholdPercent: number;
  /** Figures that may not be the server's have a say. */
  readonly countsInconclusive: boolean;
}
