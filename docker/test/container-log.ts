const FRAME_HEAD_BYTES = 8;

/** Both outputs of a container from the engine's frames: the stream, three zeros, the length in four bytes, the text. */
export function demultiplex(frames: Buffer): string {
  const texts: Buffer[] = [];
  for (let at = 0; at < frames.length; ) {
    const from = at + FRAME_HEAD_BYTES;
    at = from + frames.readUInt32BE(at + 4);
    texts.push(frames.subarray(from, at));
  }
  return Buffer.concat(texts).toString("utf8");
}

/** The JSON line of a server with this name, if it came. */
export function eventLine(log: string, event: "listening" | "final"): unknown {
  const line = log.split("\n").find((text) => text.startsWith(`{"event":"${event}"`));
  return line === undefined ? undefined : JSON.parse(line);
}
