import { init } from "echarts";
import { SVG_DOTS_MAX } from "../limits.ts";
import type { Chart } from "./chart.ts";
import { chartOption, LOOKS } from "./chart-option.js";
import { thinnedByLabel } from "./thin.ts";

const WIDTH_PX = 960;
const HEIGHT_PX = 520;
/** Room for the title, which stands outside the chart in the page. */
const TITLE_PX = 40;

/** Always on white, so that it reads the same on a light and on a dark page. */
export function svgOf(chart: Chart): string {
  const instance = init(null, null, { renderer: "svg", ssr: true, width: WIDTH_PX, height: HEIGHT_PX });
  try {
    instance.setOption(withTitle(lightened(chart)));
    return stableIds(instance.renderToSVGString(), chart.name);
  } finally {
    instance.dispose();
  }
}

function lightened(chart: Chart): Chart {
  const series = chart.series.map((one) =>
    one.kind === "dots" ? { ...one, points: thinnedByLabel(one.points, SVG_DOTS_MAX) } : one,
  );
  return { ...chart, series };
}

function withTitle(chart: Chart) {
  const option = chartOption(chart, LOOKS.light, WIDTH_PX);
  const textStyle = {
    color: LOOKS.light.text,
    fontSize: 19,
    width: WIDTH_PX - 40,
    overflow: "truncate" as const,
  };
  return {
    ...option,
    title: { text: chart.title, left: 4, top: 12, textStyle },
    legend: { ...option.legend, top: TITLE_PX + 4, left: 8 },
    grid: { ...option.grid, top: 76 + TITLE_PX },
  };
}

/**
 * The library numbers its drawings and its hover styles, so a second drawing would differ, and two in one page would
 * share names. A file has no use for the styles.
 */
function stableIds(svg: string, name: string): string {
  return svg
    .replace(/ class="zr\d+-cls-\d+"/g, "")
    .replace(/<style ?>[\s\S]*?<\/style>\n?/g, "")
    .replace(/\bzr\d+-/g, `${name}-`);
}
