import { check, encodeAddress, posix, setTimeoutOption } from "@c10k-lab/posix";

const MESSAGE = Buffer.from("probe\n");
const ANSWER_BOUND_MS = 20_000;

/** Client whose calls block this thread, which makes a message some ten times cheaper for the test than it is with a Client. */
export class BlockingClient implements Disposable {
  readonly #fd: number;
  readonly #echo = Buffer.alloc(MESSAGE.length);

  constructor(port: number, host = "127.0.0.1") {
    this.#fd = check(posix.socket(posix.AF_INET, posix.SOCK_STREAM | posix.SOCK_CLOEXEC, 0), "socket");
    setTimeoutOption(this.#fd, posix.SO_RCVTIMEO, ANSWER_BOUND_MS);
    check(posix.connect(this.#fd, encodeAddress({ host, port })), "connect");
  }

  /** Sends a short message and waits for its echo. @throws Error when another one comes back, or none in time */
  exchange(): void {
    this.#echo.fill(0);
    check(posix.send(this.#fd, MESSAGE, 0, MESSAGE.length), "send");
    check(posix.recv(this.#fd, this.#echo, 0, MESSAGE.length), "recv");
    if (!this.#echo.equals(MESSAGE)) throw new Error(`the echo is ${JSON.stringify(this.#echo.toString())}`);
  }

  [Symbol.dispose](): void {
    posix.close(this.#fd);
  }
}
