/**
 * The Universal Scalability Law (Gunther, "Guerrilla Capacity Planning", 2007; arXiv:0808.1431): with N workers that each
 * wait for an answer before they ask again, the rate is X(N) = γN / (1 + α(N - 1) + βN(N - 1)).
 */
export interface Coefficients {
  /** Rate of one worker, 1/s; above 0. */
  readonly gamma: number;
  /** Contention: the share of the work that is done one after another, 0 to 1. */
  readonly alpha: number;
  /** Coherency: what each pair of workers costs, as a share of one worker's time; 0 or more. */
  readonly beta: number;
}

/** A number of workers, 1 or more, and the rate they had. */
export type RatePoint = readonly [workers: number, rate: number];

export function rateAt({ gamma, alpha, beta }: Coefficients, workers: number): number {
  return (gamma * workers) / (1 + alpha * (workers - 1) + beta * workers * (workers - 1));
}

/** The number of workers at which the rate is highest; infinite where nothing ever makes it fall. */
export function peakOf({ alpha, beta }: Coefficients): number {
  return beta > 0 ? Math.sqrt((1 - alpha) / beta) : Number.POSITIVE_INFINITY;
}

/** How far the rate is above the curve, as a share of the curve; negative below it. */
export function residualOf(coefficients: Coefficients, [workers, rate]: RatePoint): number {
  return rate / rateAt(coefficients, workers) - 1;
}
