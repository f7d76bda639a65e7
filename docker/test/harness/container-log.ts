import { FinalLine, ListeningLine } from "@c10k-lab/protocol";
import type { ContainerRuntimeClient } from "testcontainers";

export type Container = ReturnType<ContainerRuntimeClient["container"]["getById"]>;

const FRAME_HEAD_BYTES = 8;

/** Reads both outputs of a container so far. */
export async function readLog(container: Container): Promise<string> {
  return demultiplex(await container.logs({ stdout: true, stderr: true }));
}

/** @throws Error when a server has not printed its listening line */
export function listeningLine(log: string): ListeningLine {
  return ListeningLine.parse(eventLine(log, "listening"));
}

/** Returns the final line of a server; undefined when there is none. */
export function finalLine(log: string): FinalLine | undefined {
  const line = eventLine(log, "final");
  return line === undefined ? undefined : FinalLine.parse(line);
}

/** Extracts the text from the engine's frames: stream (1 byte), zeros (3), length (4, big endian), text. */
function demultiplex(frames: Buffer): string {
  const texts: Buffer[] = [];
  for (let at = 0; at < frames.length; ) {
    const from = at + FRAME_HEAD_BYTES;
    at = from + frames.readUInt32BE(at + 4);
    texts.push(frames.subarray(from, at));
  }
  return Buffer.concat(texts).toString("utf8");
}

function eventLine(log: string, event: "listening" | "final"): unknown {
  const line = log.split("\n").find((text) => text.startsWith(`{"event":"${event}"`));
  return line === undefined ? undefined : JSON.parse(line);
}
