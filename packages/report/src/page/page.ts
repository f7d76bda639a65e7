import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import { buildSync } from "esbuild";
import { Marked, Renderer, type Tokens } from "marked";
import type { GroupChart } from "../charts/draw/chart.ts";
import { slug } from "../model/experiment.ts";
import { escapeHtml } from "../text/markdown.ts";
import { tableHtml, unescaped } from "./table.ts";

/** Rows stand below each other where the columns of a table do not fit: see table-width.ts. */
const STACKED = [
  ["screen and (max-width: 900px)", "table"],
  ["screen and (max-width: 1119px)", ".wide"],
  ["screen", ".stacked"],
] as const;
const STYLE = [
  readStyle("page.css"),
  ...STACKED.map(
    ([media, table]) => `@media ${media} {\n${readStyle("stacked.css").replace("table {", `${table} {`)}}\n`,
  ),
].join("");
const { resolve } = createRequire(import.meta.url);
const LIBRARY = readFileSync(resolve("echarts/dist/echarts.common.min.js"), "utf8");

/** Rows of a table, or lines of code. */
const FOLDED_ABOVE = 40;

/** Even if something slipped through, the page may load nothing from anywhere. */
const POLICY = "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data:";

/** Renders a report in Markdown as one HTML file that opens from disk: everything is inside, and its charts have tooltips. */
export function renderPage(
  markdown: string,
  charts: readonly GroupChart[],
  svgs: ReadonlyMap<string, string>,
): string {
  const { body, contents } = renderHtml(markdown, svgs);
  const title = (/<h1[^>]*>(.*?)<\/h1>/.exec(body)?.[1] ?? "Report").replace(/<[^>]*>/g, "");
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${POLICY}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<link rel="icon" href="data:,">
<title>${title}</title>
<style>
${STYLE}</style>
</head>
<body>
<main>
${contents}${body}</main>
<script type="application/json" id="chart-data">${inScript(JSON.stringify(charts.map(drawn)))}</script>
<script>${inScript(LIBRARY)}</script>
<script>
${inScript(bundleScript())}</script>
</body>
</html>
`;
}

/** Captions and headings are in the text already. */
function drawn({ name, title, x, y, series, levels, variants, servers }: GroupChart) {
  return { name, title, x, y, series, levels, variants, servers };
}

/** Headings of sections, below that of the page. */
interface Heading {
  readonly id: string;
  readonly html: string;
}

/** Fewer sections are seen without a list of them. */
const SECTIONS_MIN = 3;

/** Renders the table of contents, folded: the answer is what comes first. */
function renderContents(headings: readonly Heading[]): string {
  if (headings.length < SECTIONS_MIN) return "";
  const items = headings.map(({ id, html }) => `<li><a href="#${id}">${html}</a></li>\n`).join("");
  return `<details class="contents">\n<summary>Contents</summary>\n<nav aria-label="Contents">\n<ul>\n${items}</ul>\n</nav>\n</details>\n`;
}

function renderHtml(markdown: string, svgs: ReadonlyMap<string, string>) {
  const headings: Heading[] = [];
  let section = "";
  const marked = new Marked({ gfm: true, async: false });
  const uniqueId = ids();
  marked.use({
    renderer: {
      // Our Markdown holds no HTML, so what looks like it is text that came with the data.
      html: ({ text }) => escapeHtml(text),
      heading({ tokens, depth, text }) {
        const id = uniqueId(text);
        const html = this.parser.parseInline(tokens);
        if (depth === 2) headings.push({ id, html });
        section = html;
        const link =
          depth === 1 ? "" : ` <a class="permalink" href="#${id}" aria-label="Link to this section">#</a>`;
        return `<h${depth} id="${id}">${html}${link}</h${depth}>\n`;
      },
      // The pages link to each other as the Markdown files do.
      link({ href, tokens }) {
        const target = escapeHtml(href.replace(/^(report|details)\.md/, "$1.html"));
        return isOwn(href)
          ? `<a href="${target}">${this.parser.parseInline(tokens)}</a>`
          : this.parser.parseInline(tokens);
      },
      table(token) {
        const caption = `<caption>${section}</caption>`;
        const table = tableHtml(token, caption, (cell) => this.parser.parseInline(cell.tokens));
        return folded(`<div class="table">${table}</div>\n`, token.rows.length, "rows");
      },
      text(token) {
        return unbroken(Renderer.prototype.text.call(this, token));
      },
      code({ text, lang }) {
        if (lang === "sh") return commandHtml(text);
        const block = `<pre><code>${escapeHtml(text)}\n</code></pre>\n`;
        return folded(block, text.split("\n").length, "lines");
      },
      paragraph({ tokens }) {
        const [only] = tokens;
        if (tokens.length === 1 && only?.type === "image") return figureHtml(only as Tokens.Image, svgs);
        return `<p>${this.parser.parseInline(tokens)}</p>\n`;
      },
    },
  });
  const body = insideFigures(marked.parse(markdown) as string);
  return { body, contents: renderContents(headings) };
}

/** Moves the caption below a figure into it, before what one presses: so no page of paper ends between them. */
function insideFigures(html: string): string {
  return html.replace(
    /(<div class="series"[^>]*><\/div>\n<div class="controls"[^>]*><\/div>\n)<\/figure>\n(<p><em>Figure \d+\.<\/em>.*?<\/p>\n)/gs,
    "$2$1</figure>\n",
  );
}

/** Returns whether a link leads to a page of the report: text that comes with the data links to nothing. */
function isOwn(href: string): boolean {
  return /^(report|details)\.md$|^#[a-z0-9-]+$/.test(href);
}

/** Folds long tables and code: a reader looks them up instead of reading them. */
function folded(html: string, length: number, noun: string): string {
  if (length <= FOLDED_ABOVE) return html;
  return `<details>\n<summary>${length} ${noun}</summary>\n${html}</details>\n`;
}

/** Keeps a number and its unit on one line, and "2.5-fold" and "--budget" whole. */
function unbroken(html: string): string {
  return html
    .replace(/(\d) (?=(?:%|µs|ms|s|KiB|MiB|GiB)(?!\w))/g, "$1\u00a0")
    .replace(/[\d.,]+-fold|--[a-z][a-z-]*/g, '<span class="unbroken">$&</span>');
}

/** Renders commands with a button that copies them; the page's script shows it. */
function commandHtml(commands: string): string {
  return `<div class="command"><pre><code>${escapeHtml(commands)}\n</code></pre><button type="button" hidden>Copy</button></div>\n`;
}

/**
 * Renders a chart's figure. The drawing of report.md stands in until the script has its turn: scripts may be off, and a server
 * may forbid those inside a page (Content-Security-Policy), where noscript stays hidden.
 */
function figureHtml(image: Tokens.Image, svgs: ReadonlyMap<string, string>): string {
  const file = image.href.replace(/^charts\//, "");
  const name = escapeHtml(file.replace(/\.svg$/, ""));
  const title = escapeHtml(unescaped(image.text));
  return `<figure data-chart="${name}">
<figcaption>${title}</figcaption>
<div class="chart" role="img" aria-label="${title}"></div>
<div class="paper" role="img" aria-label="${title}"></div>
<div class="still">${svgs.get(file) ?? ""}</div>
<div class="series" role="group" aria-label="Shown in this chart" hidden></div>
<div class="controls" hidden></div>
</figure>
`;
}

/** Escapes text inside a script element, which ends at the first thing that looks like its end. */
function inScript(content: string): string {
  return content.replace(/<(?=\/script|script|!--)/gi, "\\u003c");
}

/** Names for headings as code hosts make them: the second "Intervals" is `intervals-1`. */
function ids(): (heading: string) => string {
  const taken = new Map<string, number>();
  return (heading) => {
    const id = slug(heading);
    const before = taken.get(id) ?? 0;
    taken.set(id, before + 1);
    return before === 0 ? id : `${id}-${before}`;
  };
}

let script: string | undefined;

/** Bundles the page's script, once a process. The same sources make the same bytes. */
function bundleScript(): string {
  script ??= buildSync({
    entryPoints: [fileURLToPath(new URL("./page-script.ts", import.meta.url))],
    bundle: true,
    write: false,
    format: "iife",
    charset: "utf8",
    // Comments with paths would depend on the working directory.
    minifyWhitespace: true,
    minifySyntax: true,
  }).outputFiles[0]?.text;
  return script ?? "";
}

function readStyle(file: string): string {
  return readFileSync(new URL(`./${file}`, import.meta.url), "utf8");
}
