import { type Logger, pino } from "pino";
import pretty from "pino-pretty";

/** Returns the log for people. It writes to stderr, because stdout carries the JSON lines. */
export function openLog(name: string): Logger {
  const stream = pretty({
    destination: 2,
    sync: true,
    colorize: process.stderr.isTTY === true,
    ignore: "pid,hostname",
    translateTime: "SYS:HH:MM:ss.l",
  });
  return pino({ name }, stream);
}
