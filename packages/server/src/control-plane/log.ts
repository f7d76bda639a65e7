import { writeLine } from "./write-line.ts";

const STDERR = 2;

/** Log for people, on stderr, because stdout carries the JSON lines. Each method takes one sentence. */
export type Log = Readonly<Record<"info" | "warn" | "error", (sentence: string) => void>>;

/** Returns a log whose lines read `[22:54:13.513] INFO (server-epoll): listening on …`. */
export function openLog(name: string): Log {
  const print = (level: string) => (sentence: string) => {
    const time = new Date().toTimeString().slice(0, 8);
    const ms = String(Date.now() % 1000).padStart(3, "0");
    writeLine(STDERR, `[${time}.${ms}] ${level} (${name}): ${sentence}\n`);
  };
  return { info: print("INFO"), warn: print("WARN"), error: print("ERROR") };
}
