import { createWriteStream } from "node:fs";
import { join } from "node:path";
import { PassThrough, type Readable } from "node:stream";
import { finished } from "node:stream/promises";
import { eachLine, LineQueue } from "@c10k-lab/process";
import type Docker from "dockerode";
import type { Job } from "../engine.ts";
import { type HandedOver, HandOver } from "./hand-over.ts";
import { HandedFiles } from "./node-account.ts";

/** Time between SIGTERM and giving an app up: a server drains for 5 s, and results of a million rows take their time. */
export const STOP_MS = 45_000;
/** The end of an app on another machine may be known before its last lines have come. */
export const LAST_LINES_MS = 5000;

/** The output of an app on another machine: its own lines, its log, and the files that it hands over at its end. */
export class HandedOutput {
  /** Lines of stdout but those that carry files. */
  readonly lines: LineQueue;
  readonly files: HandedFiles;
  /** Resolves at the last line. */
  readonly handedOver: Promise<HandedOver>;
  readonly #output: Readable;
  readonly #own = new PassThrough();
  readonly #log: NodeJS.WritableStream;

  /** @param output stdout and stderr, as the engine mixes them */
  constructor(docker: Docker, output: Readable, { name, folder }: Pick<Job, "name" | "folder">) {
    const files = new HandedFiles(folder);
    const handOver = new HandOver((file, content) => files.keep(file, content));
    const [stdout, own] = [new PassThrough(), this.#own];
    this.#output = output;
    this.#log = createWriteStream(join(folder, `${name}.log`), { flags: "a" });
    this.files = files;
    this.handedOver = handOver.finished;
    this.lines = new LineQueue(own);
    eachLine(stdout, (line) => {
      if (!handOver.take(line) && !own.writableEnded) own.write(`${line}\n`);
    });
    docker.modem.demuxStream(output, stdout, this.#log);
    output.on("error", () => {}); // The watch knows of an engine that is gone.
  }

  /** Ends the output. Afterwards the last line is in the queue. */
  async close(): Promise<void> {
    this.#output.destroy();
    this.#log.end();
    this.#own.end();
    await finished(this.#own);
  }
}
