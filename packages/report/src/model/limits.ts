/** Thresholds of the report's judgements. Each is printed beside the sentences that rest on it. */

/** Below this share of its best rate at a smaller load, a server has degraded. */
export const RATE_KEPT_MIN = 0.8;

/** Above this p99 response time a server has degraded: the delay people notice. */
export const P99_MAX_MS = 100;

/** A server that achieves less than this share of an offered rate has stopped keeping up. */
export const ACHIEVED_MIN = 0.95;

/** A server that used this much of its one core has none left: its rate is what one core allows. */
export const CORE_USED_UP_PERCENT = 90;

/** A smaller ratio of two medians is called no difference, however narrow its interval: other work makes as much. */
export const RATIO_MIN = 1.05;

/** Two spreads of connections are far apart from this factor on. */
export const SPREAD_RATIO = 1.5;

/** Three coefficients are fitted to no fewer loads: twice as many, so that a curve can also be seen to miss. */
export const USL_POINTS_MIN = 6;

/**
 * A fitted curve that misses a rate by more is a poor fit. A fall of the rate by this much is called degradation (see
 * RATE_KEPT_MIN): a curve that is off by as much cannot say where that begins.
 */
export const USL_RESIDUAL_MAX = 0.2;

/** Dots a series in an SVG; the page keeps all of them. A report may have a dozen such charts. */
export const SVG_DOTS_MAX = 400;
