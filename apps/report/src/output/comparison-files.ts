import { dirname, extname, join } from "node:path";
import { writeFileDurably } from "@c10k-lab/files";
import type { ExperimentComparison } from "@c10k-lab/protocol";
import { renderComparison } from "@c10k-lab/report";

/**
 * Writes a comparison: a page where the name ends in .html, otherwise Markdown with its charts in charts/ beside it.
 *
 * @throws Error of open(2) or write(2)
 */
export function writeComparison(path: string, comparison: ExperimentComparison): void {
  const { markdown, html, charts } = renderComparison(comparison);
  if (extname(path) === ".html") {
    writeFileDurably(path, html);
    return;
  }
  for (const [name, svg] of charts) writeFileDurably(join(dirname(path), "charts", name), svg);
  writeFileDurably(path, markdown);
}
