/** Where the report draws its lines. Each is printed beside the sentences that rest on it. */

/** Below this share of its best rate at a smaller load, a server has degraded. */
export const RATE_KEPT_MIN = 0.8;

/** Above this p99 response time a server has degraded: the delay people notice. */
export const P99_MAX_MS = 100;

/** One run a cell: two values closer than this factor show no clear difference. */
export const CLEAR_RATIO = 1.1;

/** From this share of one core on, the client was the limit and not the server. */
export const CLIENT_CORE_PERCENT_MAX = 95;

/** A shorter exchange is over before the samples, 250 ms apart, can tell how busy a process was. */
export const SAMPLED_SPAN_MIN_MS = 500;

/** Dots a server in an SVG; the page keeps all of them. */
export const SVG_DOTS_MAX = 800;
