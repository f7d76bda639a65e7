import fc from "fast-check";
import { Marked } from "marked";
import { describe, expect, it } from "vitest";
import { renderReport } from "../../src/index.ts";
import { text } from "../../src/text/markdown.ts";
import { makeCell, makeResults } from "../fixtures/fixture.ts";

const renderDetails = (...results: Parameters<typeof renderReport>) => renderReport(...results).details;

const EVIL = `<script>alert("1")</script> ![x](http://example.com/x.png) | [y](javascript:alert(2)) **bold** \`code\` </script>`;

describe("what comes with the data", () => {
  const cell = makeCell({
    server: "epoll",
    connections: 10,
    incidents: [{ incident: "died", process: "server", exitCode: 1, signal: null, answer: EVIL }],
    change: (one) => ({
      ...one,
      commands: { servers: [`\`\`\`\n</code>${EVIL}`], clients: [EVIL] },
      reconciliation: one.reconciliation && { ...one.reconciliation, balanced: false },
    }),
  });
  const { html, markdown } = renderDetails([
    makeResults([cell], { question: EVIL, plan: EVIL, options: { "<b>": EVIL, list: [EVIL] } }),
  ]);
  const body = html.slice(html.indexOf("<main>"), html.indexOf("</main>"));

  it("Text that comes with the data is shown and not obeyed", () => {
    expect(body).toContain("&lt;script&gt;");
    expect(body).not.toContain("<script");
    expect(body).not.toContain("<img");
    expect(body).not.toContain('javascript:alert(2)"');
    expect(body).not.toContain("<strong>bold");
    expect(html.match(/<script\b/g)).toHaveLength(3);
  });

  it("Text that comes with the data stays in its table cell and in its code block", () => {
    // The command has a fence of its own: a line of three backticks, which must not end a block of four.
    expect(markdown.match(/^`{4}text$/gm)).toHaveLength(1);
    expect(markdown.match(/^`{4}$/gm)).toHaveLength(1);
    const rows = markdown
      .split("\n")
      .filter((line) => line.startsWith("| plan | \\<") || line.startsWith("| plan | &lt;"));
    expect(rows.map((row) => row.replaceAll("\\|", "").split("|").length)).toEqual([4]);
  });

  it("Text that comes with the data comes out of Markdown as it went in", () => {
    const marked = new Marked({ async: false });
    const plain = (html: string) =>
      html
        .replace(/<a [^>]*>([^<]*)<\/a>/g, "$1")
        .replace(/&lt;/g, "<")
        .replace(/&gt;/g, ">")
        .replace(/&quot;/g, '"')
        .replace(/&#39;/g, "'")
        .replace(/&amp;/g, "&");
    fc.assert(
      fc.property(fc.string({ unit: "grapheme-ascii" }), (raw) => {
        const words = raw.replace(/\s+/g, " ").trim();
        expect(plain(marked.parseInline(text(raw)) as string)).toBe(words);
      }),
      { numRuns: 500 },
    );
  });
});
