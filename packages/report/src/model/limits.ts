/** Thresholds and bounds of the report. */

/** Three coefficients are fitted to no fewer loads: twice as many, so that a curve can also be seen to miss. */
export const USL_POINTS_MIN = 6;

/** A fitted curve that misses a rate by more is a poor fit: a fall by this much is called a limit of a server. */
export const USL_RESIDUAL_MAX = 0.2;

/** Dots a series in an SVG; the page keeps all of them. A report may have a dozen such charts. */
export const SVG_DOTS_MAX = 400;
