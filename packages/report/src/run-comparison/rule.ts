import type { ComparedQuantity } from "@c10k-lab/protocol";

/** What is compared, and what counts. */
export interface Rule {
  readonly quantities: readonly ComparedQuantity[];
  /** A quantity that has surely become worse by more than this is a regression. */
  readonly thresholdPercent: number;
  /** Whether a figure that may not be the server's has a say. */
  readonly countsInconclusive: boolean;
}
