import type { EChartsOption } from "echarts";
import type { StudyChart } from "./chart.ts";
import type { Look } from "./looks.js";

export function chartOption(chart: StudyChart, look: Look, widthPx: number): EChartsOption;
