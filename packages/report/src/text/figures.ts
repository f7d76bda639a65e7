import type { Figure } from "../charts/draw/chart.ts";
import { blocks, text } from "./markdown.ts";

/** Renders an image at `charts/NAME.svg`, whose title is in the drawing, and below it its number and caption. */
export function figureBlock({ name, title, caption, number }: Figure): string {
  return blocks([
    `![${text(title)}](charts/${name}.svg)`,
    `*Figure ${number}.*${caption && ` ${text(caption)}`}`,
  ]);
}
