import type { Chart } from "./chart.ts";

/** In pixels, for a chart that is `widthPx` wide. */
export function legendRoom(chart: Pick<Chart, "series">, widthPx: number): number;
