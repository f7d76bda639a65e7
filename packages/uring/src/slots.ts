import { posix } from "@c10k-lab/posix";
import { mapPages } from "./memory.ts";

const SLOTS_PER_SLAB = 64;

/**
 * Memory for echoes that wait for a slow reader, in slots of one size. It grows by slabs and never shrinks. A slot
 * belongs to the connection that took it until the completion of the last send from it.
 */
export class Slots {
  readonly slotBytes: number;
  readonly #slabs: Uint8Array[] = [];
  readonly #addresses: number[] = [];
  readonly #free: number[] = [];

  constructor(slotBytes: number) {
    this.slotBytes = slotBytes;
  }

  /** @throws SyscallError of mmap(2) when the process has no memory left */
  take(): number {
    if (this.#free.length === 0) this.#grow();
    return this.#free.pop() as number;
  }

  give(slot: number): void {
    this.#free.push(slot);
  }

  /** Copies bytes into a slot. It takes a Buffer, because copying a part of another array allocates a view. */
  write(slot: number, offset: number, from: Buffer, start: number, end: number): void {
    const slab = this.#slabs[Math.floor(slot / SLOTS_PER_SLAB)] as Uint8Array;
    from.copy(slab, (slot % SLOTS_PER_SLAB) * this.slotBytes + offset, start, end);
  }

  /** Returns the address of a slot's byte. */
  address(slot: number, offset: number): number {
    const slab = Math.floor(slot / SLOTS_PER_SLAB);
    return (this.#addresses[slab] as number) + (slot % SLOTS_PER_SLAB) * this.slotBytes + offset;
  }

  #grow(): void {
    const slab = new Uint8Array(mapPages(SLOTS_PER_SLAB * this.slotBytes));
    const first = this.#slabs.push(slab) * SLOTS_PER_SLAB - SLOTS_PER_SLAB;
    this.#addresses.push(posix.address_of(slab));
    for (let slot = first + SLOTS_PER_SLAB - 1; slot >= first; slot--) this.#free.push(slot);
  }
}
