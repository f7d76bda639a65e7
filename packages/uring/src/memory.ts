import { posix, SyscallError } from "@c10k-lab/posix";

/**
 * Maps memory that stays at its address, so the kernel can be told where it is.
 *
 * @param fd ring whose memory is mapped; -1 maps zeroed pages
 * @throws SyscallError of mmap(2)
 */
export function mapPages(length: number, fd = -1, offset = 0): ArrayBuffer {
  const mapped = posix.mmap(fd, offset, length);
  if (typeof mapped === "number") throw new SyscallError("mmap", -mapped, `of ${length} bytes`);
  return mapped;
}

/** Returns the low 32 bits of an address, as `|` does. A remainder would be computed by division. */
export function lowWord(address: number): number {
  return address | 0;
}

/** Returns the high 32 bits of an address. */
export function highWord(address: number): number {
  return Math.floor(address / 2 ** 32) | 0;
}
