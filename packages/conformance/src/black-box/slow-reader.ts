import { pause } from "@c10k-lab/process";
import type { Talker } from "../probe/talker.ts";

export const MiB = 2 ** 20;
const POLL_MS = 50;
const STABLE_MS = 600;
const BOUND_MS = 5000;

/** Sends to a server without reading, until all is sent or the server and the kernel have taken no byte for 600 ms. */
export async function fillSlowReader(talker: Talker, bytes: Buffer): Promise<void> {
  talker.send(bytes);
  const startMs = performance.now();
  let sent = -1;
  for (let sinceMs = startMs; performance.now() - sinceMs < STABLE_MS; await pause(POLL_MS)) {
    if (talker.sentBytes === bytes.length || performance.now() - startMs > BOUND_MS) return;
    if (talker.sentBytes !== sent) sinceMs = performance.now();
    sent = talker.sentBytes;
  }
}
