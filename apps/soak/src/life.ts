import { setTimeout as pause } from "node:timers/promises";
import type { ServerName } from "@c10k-lab/protocol";
import { Crowd } from "./crowd.ts";
import { type Growth, growthOf, type Sample } from "./growth.ts";
import { SoakedServer } from "./server.ts";

/** Samples of a life, at most one every 100 ms. */
const SAMPLES = 60;

/** One start of a server under all clients. */
export interface Life {
  readonly server: ServerName;
  readonly connects: number;
  readonly growths: readonly Growth[];
  /** Mistakes that clients and ledgers found, one sentence each. */
  readonly mistakes: readonly string[];
}

/** Observer of a life, who may end it. */
export interface Watcher {
  isStopped(): boolean;
  look(leftMs: number, connects: number): void;
}

/** Runs one life of a server. @throws Error when it does not start */
export async function live(server: ServerName, durationMs: number, watcher: Watcher): Promise<Life> {
  const started = await SoakedServer.start(server);
  const crowd = new Crowd(started.port);
  const samples: Sample[] = [];
  const mistakes: string[] = [];
  const endMs = performance.now() + durationMs;
  try {
    while (performance.now() < endMs && !watcher.isStopped()) {
      await pause(Math.max(100, durationMs / SAMPLES));
      samples.push({ ...started.look(), responseMs: crowd.takeResponseMs() });
      watcher.look(Math.max(0, endMs - performance.now()), crowd.connects);
    }
  } catch (error) {
    mistakes.push(`the server is gone: ${(error as Error).message}`);
  }
  await crowd.leave();
  mistakes.push(...(await started.end(crowd.connects)));
  return {
    server,
    connects: crowd.connects,
    growths: growthOf(samples),
    mistakes: [...crowd.mistakes, ...mistakes],
  };
}
