import type { EChartsOption } from "echarts";
import type { Chart } from "./chart.ts";

export interface Look {
  readonly background: string;
  readonly text: string;
  readonly muted: string;
  readonly grid: string;
  readonly colours: Readonly<Record<string, string>>;
}

export const LOOKS: { readonly light: Look; readonly dark: Look };

export function chartOption(chart: Chart, look: Look, widthPx: number): EChartsOption;
