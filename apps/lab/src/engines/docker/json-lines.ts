import type { Readable } from "node:stream";
import { eachLine, readOr } from "@c10k-lab/process";

/**
 * Calls `onValue` with each line of JSON of an engine's stream. An engine that dies leaves half a line, which is dropped.
 *
 * @param onEnd called when the stream ends or breaks, possibly twice
 */
export function eachJsonLine<T>(stream: Readable, onValue: (value: T) => void, onEnd?: () => void): void {
  eachLine(
    stream,
    (line) => {
      const value = readOr(undefined, () => JSON.parse(line));
      if (value !== undefined) onValue(value);
    },
    onEnd,
  );
}
