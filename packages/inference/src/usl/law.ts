/**
 * The Universal Scalability Law (Gunther, "Guerrilla Capacity Planning", 2007; arXiv:0808.1431): with N workers that each
 * wait for an answer before they ask again, the rate is X(N) = γN / (1 + α(N - 1) + βN(N - 1)).
 */
export interface Coefficients {
  /** Rate of one worker, 1/s; above 0. */
  readonly gamma: number;
  /** Contention: the serial share of the work, 0 to 1. */
  readonly alpha: number;
  /** Coherency: cost of each pair of workers as a share of one worker's time; 0 or more. */
  readonly beta: number;
}

/** A number of workers, 1 or more, and their rate. */
export type RatePoint = readonly [workers: number, rate: number];

export function rateAt({ gamma, alpha, beta }: Coefficients, workers: number): number {
  return (gamma * workers) / (1 + alpha * (workers - 1) + beta * workers * (workers - 1));
}

/** Returns the number of workers with the highest rate; infinite when the rate never falls. */
export function peakOf({ alpha, beta }: Coefficients): number {
  return beta > 0 ? Math.sqrt((1 - alpha) / beta) : Number.POSITIVE_INFINITY;
}

/** Returns the distance of the rate from the curve as a share of the curve; negative below it. */
export function residualOf(coefficients: Coefficients, [workers, rate]: RatePoint): number {
  return rate / rateAt(coefficients, workers) - 1;
}
