import type { Figure } from "../charts/draw/chart.ts";
import { blocks, text } from "./markdown.ts";

/** An image at `charts/NAME.svg`, whose title is its message; below it what it shows. */
export function figureBlock({ name, heading, title, caption, number }: Figure): string {
  return blocks([
    `![${text(title)}](charts/${name}.svg)`,
    `*Figure ${number}: ${text(heading)}.* ${text(caption)}`,
  ]);
}
