import { RegisteredCall } from "./registered-call.ts";

/** send(2) from one array and recv(2) into another. Both arrays keep their memory for as long as the thread runs. */
export class MessageCalls {
  readonly #send: RegisteredCall;
  readonly #recv: RegisteredCall;

  constructor(output: Uint8Array, input: Uint8Array) {
    this.#send = new RegisteredCall("send", null, output);
    this.#recv = new RegisteredCall("recv", null, input);
  }

  /** Returns the number of bytes taken from `output[offset, offset + length)`, or a negative error number. */
  send(fd: number, offset: number, length: number): number {
    const call = this.#send;
    call.numbers[0] = fd;
    call.numbers[2] = offset;
    call.numbers[3] = length;
    call.make();
    return call.result;
  }

  /** Returns the number of bytes written to `input[offset, offset + length)`, 0 at a FIN, or a negative error number. */
  recv(fd: number, offset: number, length: number): number {
    const call = this.#recv;
    call.numbers[0] = fd;
    call.numbers[2] = offset;
    call.numbers[3] = length;
    call.make();
    return call.result;
  }
}
