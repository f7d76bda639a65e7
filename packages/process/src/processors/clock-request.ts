/** Processes of a request. */
export const PROCESSES_MAX = 64;

/** Memory of a request, shared by both threads. */
export interface ClockRequest {
  /** Number of the request, which is odd; the next even one when it is answered. */
  readonly number: Int32Array<SharedArrayBuffer>;
  readonly pids: Int32Array<SharedArrayBuffer>;
  /** CPU time by process, µs, and at the end the time of reading. */
  readonly clocks: Float64Array<SharedArrayBuffer>;
}

export function makeClockRequest(): ClockRequest {
  const shared = (bytes: number) => new SharedArrayBuffer(bytes);
  return {
    number: new Int32Array(shared(Int32Array.BYTES_PER_ELEMENT)),
    pids: new Int32Array(shared(PROCESSES_MAX * Int32Array.BYTES_PER_ELEMENT)),
    clocks: new Float64Array(shared((PROCESSES_MAX + 1) * Float64Array.BYTES_PER_ELEMENT)),
  };
}
