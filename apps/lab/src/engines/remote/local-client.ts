import { readFileSync } from "node:fs";
import type { Job, NodeLook, NodeTexts } from "../engine.ts";
import { AppProcess } from "../process/app-process.ts";

/** A client as a child process of the lab, with an account of this machine, because the server's is another one. */
export class LocalClient extends AppProcess {
  readonly #machine: string;
  readonly #before = readTexts();
  #after: NodeTexts | null = null;

  /**
   * @param machine name of this machine in the results
   * @param lost resolves when the servers' engine is gone: the client ends, because nothing can be measured any more
   */
  constructor(job: Job, machine: string, lost: Promise<void>) {
    super(job);
    this.#machine = machine;
    void this.exited.then(() => {
      this.#after = readTexts();
    });
    void lost.then(() => this.signal("SIGTERM"));
  }

  get node(): NodeLook | null {
    return this.#after && { name: this.#machine, before: this.#before, after: this.#after };
  }
}

function readTexts(): NodeTexts {
  const read = (path: string) => readFileSync(path, "latin1");
  return {
    atMs: performance.now(),
    stat: read("/proc/stat").split("\n", 1)[0] ?? "",
    netstat: read("/proc/net/netstat"),
    snmp: read("/proc/net/snmp"),
  };
}
