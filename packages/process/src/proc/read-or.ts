/** Returns what `read` returns, or `otherwise` where it throws: a process, or a file of the kernel, is gone or not for us. */
export function readOr<T>(otherwise: T, read: () => T): T {
  try {
    return read();
  } catch {
    return otherwise;
  }
}
