/** Where the memory of a table of rows lies: plain data, to be handed to a worker. */
export interface SharedRowsMemory {
  readonly capacity: number;
  readonly fields: number;
  readonly values: SharedArrayBuffer;
  readonly states: SharedArrayBuffer;
}

/**
 * A row's life. The writer moves it from FREE to OPEN to CLOSED, the reader back to FREE once it is on disk. A table may
 * have several ways to close: CLOSED is the first of them.
 */
export const ROW_FREE = 0;
export const ROW_OPEN = 1;
export const ROW_CLOSED = 2;

/**
 * A table of doubles in shared memory, one row a connection.
 *
 * Doubles count exactly to 2^53, need no wrapping at 2^32, and a thread written in C adds to them like any other memory.
 * Each row has one writer; the state is the only value two sides exchange, so it alone is atomic. The pages of rows
 * never used cost nothing: the kernel maps them when they are first touched.
 */
export class SharedRows {
  readonly memory: SharedRowsMemory;
  readonly capacity: number;
  readonly fields: number;
  /** Row r's field f is `values[r * fields + f]`. */
  readonly values: Float64Array;
  readonly states: Int32Array;

  constructor(memory: SharedRowsMemory) {
    this.memory = memory;
    this.capacity = memory.capacity;
    this.fields = memory.fields;
    this.values = new Float64Array(memory.values);
    this.states = new Int32Array(memory.states);
  }

  /** @param fields doubles a row; a multiple of 8 keeps rows on cache lines of their own */
  static allocate(capacity: number, fields: number): SharedRows {
    return new SharedRows({
      capacity,
      fields,
      values: new SharedArrayBuffer(capacity * fields * Float64Array.BYTES_PER_ELEMENT),
      states: new SharedArrayBuffer(capacity * Int32Array.BYTES_PER_ELEMENT),
    });
  }

  get(row: number, field: number): number {
    return this.values[row * this.fields + field];
  }

  set(row: number, field: number, value: number): void {
    this.values[row * this.fields + field] = value;
  }

  add(row: number, field: number, value: number): void {
    this.values[row * this.fields + field] += value;
  }

  /** Sets every field of a row to zero. */
  clear(row: number): void {
    this.values.fill(0, row * this.fields, (row + 1) * this.fields);
  }

  state(row: number): number {
    return Atomics.load(this.states, row);
  }

  /** Publishes the row's values together with its new state. */
  publish(row: number, state: number): void {
    Atomics.store(this.states, row, state);
  }
}
