import { writeSync } from "node:fs";

/** Log for people, on stderr, because stdout carries the JSON lines. Each method takes one sentence. */
export type Log = Readonly<Record<"info" | "warn" | "error", (sentence: string) => void>>;

/** Returns a log whose lines read `[22:54:13.513] INFO (server-epoll): listening on …`. */
export function openLog(name: string): Log {
  const print = (level: string) => (sentence: string) => {
    const time = new Date().toTimeString().slice(0, 8);
    const ms = String(Date.now() % 1000).padStart(3, "0");
    writeLine(`[${time}.${ms}] ${level} (${name}): ${sentence}\n`);
  };
  return { info: print("INFO"), warn: print("WARN"), error: print("ERROR") };
}

/** Writes a line to stderr. One that is closed or full loses it: a server does not stop for its log. */
function writeLine(line: string): void {
  try {
    writeSync(2, line);
  } catch {}
}
