import { EVENTS_PER_WAIT } from "../measure/limits.ts";
import { NOTHING } from "./load-io.ts";

/** No receive buffer belongs to the event. */
export const NO_BUFFER = -1;

/** Events of one wait, each made from a completion. Nothing allocates after the constructor. */
export class UringEvents {
  count = 0;
  readonly which = new Int32Array(EVENTS_PER_WAIT);
  /** Bytes received, 0 for end of file, or a negative error number, for events that are readable. */
  readonly results = new Int32Array(EVENTS_PER_WAIT);
  readonly buffers = new Int32Array(EVENTS_PER_WAIT);
  readonly readable = new Uint8Array(EVENTS_PER_WAIT);

  get isFull(): boolean {
    return this.count === EVENTS_PER_WAIT;
  }

  /** Adds an event that concerns no connection. It holds a receive buffer, or NO_BUFFER. */
  add(buffer: number): void {
    const index = this.count++;
    this.which[index] = NOTHING;
    this.buffers[index] = buffer;
    this.readable[index] = 0;
  }

  /** Makes the last event one of this connection, or STOP or ORDER. */
  concern(which: number): void {
    this.which[this.count - 1] = which;
  }

  /** Makes the last event one that recv(2) of this connection returns. */
  read(which: number, result: number): void {
    const index = this.count - 1;
    this.which[index] = which;
    this.results[index] = result;
    this.readable[index] = 1;
  }
}
