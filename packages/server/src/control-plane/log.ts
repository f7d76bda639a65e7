import { type Logger, pino } from "pino";
import pretty from "pino-pretty";

/** Words for people, on stderr: stdout belongs to the JSON lines. */
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
