import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Time that a look-up waits for an answer, s: far more than a test. */
const PATIENCE_S = 30;

/** Name server that hears every question and answers none. It takes root, for port 53 and for the mount of its users. */
export class SilentNameServer implements Disposable {
  /** Questions that were heard. */
  questions = 0;
  readonly #socket: Socket;
  readonly #folder = mkdtempSync(join(tmpdir(), "c10k-names-"));

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.on("message", () => this.questions++);
    const lines = [`nameserver ${socket.address().address}`, `options timeout:${PATIENCE_S} attempts:5`];
    writeFileSync(join(this.#folder, "resolv.conf"), `${lines.join("\n")}\n`, { mode: 0o644 });
  }

  static async start(): Promise<SilentNameServer> {
    const socket = createSocket("udp4");
    // An address of this process alone: another test may have one of its own.
    socket.bind(53, `127.53.${(process.pid >> 8) & 255}.${process.pid & 255}`);
    await once(socket, "listening");
    return new SilentNameServer(socket);
  }

  /** Command that runs a program for which it is the only name server, in a mount namespace. */
  get wrapper(): string[] {
    const script = 'mount --bind "$1" /etc/resolv.conf && shift && exec "$@"';
    return ["unshare", "--mount", "sh", "-c", script, "sh", join(this.#folder, "resolv.conf")];
  }

  [Symbol.dispose](): void {
    this.#socket.close();
    rmSync(this.#folder, { recursive: true });
  }
}
