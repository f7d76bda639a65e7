/** Memory of a table of rows, as plain data that can be posted to a worker. */
export interface SharedRowsMemory {
  readonly capacity: number;
  readonly fields: number;
  readonly values: SharedArrayBuffer;
  readonly states: SharedArrayBuffer;
}

/**
 * States of a row. The writer moves it from FREE to OPEN to CLOSED, the reader back to FREE once it is on disk. States
 * from CLOSED upwards tell different reasons for closing apart.
 */
export const ROW_FREE = 0;
export const ROW_OPEN = 1;
export const ROW_CLOSED = 2;

/**
 * Table of doubles in shared memory, one row per connection.
 *
 * Doubles count exactly up to 2^53, and a C thread adds to them as to any other memory. Each row has one writer, and
 * only its state is exchanged between two threads, so only the state is atomic. Unused rows cost no memory: the kernel
 * maps their pages at the first access.
 */
export class SharedRows {
  readonly memory: SharedRowsMemory;
  readonly capacity: number;
  readonly fields: number;
  /** Values of all rows; field f of row r is at `r * fields + f`. */
  readonly values: Float64Array;
  readonly states: Int32Array;

  constructor(memory: SharedRowsMemory) {
    this.memory = memory;
    this.capacity = memory.capacity;
    this.fields = memory.fields;
    this.values = new Float64Array(memory.values);
    this.states = new Int32Array(memory.states);
  }

  /**
   * Allocates shared memory for a table.
   *
   * @param fields doubles per row; with a multiple of 8 no two rows share a cache line
   */
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

  /** Sets the row's state; a reader that sees it also sees the row's values (sequentially consistent store). */
  publish(row: number, state: number): void {
    Atomics.store(this.states, row, state);
  }
}
