import { createRequire } from "node:module";
import { SVG_DOTS_MAX } from "../../model/limits.ts";
import type { GroupChart } from "./chart.ts";
import { chartOption, drawEndLabels, legendHeight } from "./chart-option.ts";
import { LOOKS } from "./looks.ts";
import { thinnedByLabel } from "./thin.ts";

/** The file that the page carries. The package's 600 modules would take five times as long to load. */
const { init }: typeof import("echarts") = createRequire(import.meta.url)(
  "echarts/dist/echarts.common.min.js",
);

const WIDTH_PX = 960;
/** Height of a chart without title and legend. */
const HEIGHT_PX = 444;
/** Room for the title, which stands outside the chart in the page. */
const TITLE_PX = 40;
const TITLE_LINE_PX = 26;
/** Longest line of a title that fits in every font. */
const CHARACTERS_PER_LINE = 78;

/** Always on white, so that it reads the same on a light and on a dark page. */
export function svgOf(chart: GroupChart): string {
  const title = linesOf(chart.title);
  const titlePx = TITLE_PX + (title.length - 1) * TITLE_LINE_PX;
  const height = HEIGHT_PX + titlePx + legendHeight(chart, WIDTH_PX);
  const instance = init(null, null, { renderer: "svg", ssr: true, width: WIDTH_PX, height });
  try {
    instance.setOption(withTitle(lightened(chart), title.join("\n"), titlePx));
    drawEndLabels(instance, chart, LOOKS.light);
    return stableIds(instance.renderToSVGString(), chart.name);
  } finally {
    instance.dispose();
  }
}

function lightened(chart: GroupChart): GroupChart {
  const series = chart.series.map((one) =>
    one.kind === "dots" ? { ...one, points: thinnedByLabel(one.points, SVG_DOTS_MAX) } : one,
  );
  return { ...chart, series };
}

function withTitle(chart: GroupChart, text: string, titlePx: number) {
  const option = chartOption(chart, LOOKS.light, WIDTH_PX);
  const textStyle = { color: LOOKS.light.text, fontSize: 19, lineHeight: TITLE_LINE_PX };
  return {
    ...option,
    title: { text, left: 4, top: 8, textStyle },
    legend: { ...option.legend, top: titlePx + 4, left: 8 },
    grid: { ...option.grid, top: option.grid.top + titlePx },
  };
}

/** Breaks a text between words. */
function linesOf(title: string): string[] {
  const lines = [""];
  for (const word of title.split(" ")) {
    const line = `${lines.at(-1)} ${word}`.trimStart();
    if (line.length <= CHARACTERS_PER_LINE || lines.at(-1) === "") lines[lines.length - 1] = line;
    else lines.push(word);
  }
  return lines;
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
