/** Where the report draws its lines. Each is printed beside the sentences that rest on it. */

/** Below this share of its best rate at a smaller load, a server has degraded. */
export const RATE_KEPT_MIN = 0.8;

/** Above this p99 response time a server has degraded: the delay people notice. */
export const P99_MAX_MS = 100;

/** A smaller ratio of two medians is called no difference, however narrow its interval: other work makes as much. */
export const RATIO_MIN = 1.05;

/** Two spreads of connections are far apart from this factor on. */
export const SPREAD_RATIO = 1.5;

/** Dots a series in an SVG; the page keeps all of them. A report may have a dozen such charts. */
export const SVG_DOTS_MAX = 400;
