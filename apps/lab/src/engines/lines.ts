import { createInterface } from "node:readline";
import type { Readable } from "node:stream";

/**
 * Reads a stream's lines as they come.
 *
 * @param onEnd also when the stream breaks: the lines before that are whole
 */
export function eachLine(stream: Readable, onLine: (line: string) => void, onEnd = () => {}): void {
  createInterface(stream).on("line", onLine).on("error", onEnd).on("close", onEnd);
}
