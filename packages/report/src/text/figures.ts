import type { Figure } from "../charts/draw/chart.ts";
import { blocks, text } from "./markdown.ts";

/** Renders an image at `charts/NAME.svg`, and below it its number, title and caption. */
export function figureBlock({ name, title, caption, number }: Figure): string {
  return blocks([
    `![${text(title)}](charts/${name}.svg)`,
    `*Figure ${number}: ${text(title)}.*${caption && ` ${text(caption)}`}`,
  ]);
}
