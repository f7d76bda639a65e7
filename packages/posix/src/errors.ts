import { getSystemErrorMap, getSystemErrorName } from "node:util";

/** Failure of a system call outside the hot path. */
export class SyscallError extends Error {
  override readonly name = "SyscallError";
  readonly syscall: string;
  readonly errno: number;
  readonly code: string;

  /** @param subject object of the call, such as "on the listener" */
  constructor(syscall: string, errno: number, subject = "") {
    super(`${syscall}${subject && ` ${subject}`}: ${errorText(errno)}`);
    this.syscall = syscall;
    this.errno = errno;
    this.code = errorName(errno);
  }
}

/** Returns the symbolic name of a positive error number: 24 → "EMFILE". */
export function errorName(errno: number): string {
  return getSystemErrorMap().has(-errno) ? getSystemErrorName(-errno) : `errno ${errno}`;
}

/** Returns description and name of a positive error number: "address already in use (EADDRINUSE)". */
export function errorText(errno: number): string {
  const known = getSystemErrorMap().get(-errno);
  return known ? `${known[1]} (${known[0]})` : `errno ${errno}`;
}

/**
 * Throws when a system call outside the hot path has failed.
 *
 * @returns `rc`, which is ≥ 0
 * @throws SyscallError when `rc` is a negative error number
 */
export function check(rc: number, syscall: string, subject?: string): number {
  if (rc < 0) throw new SyscallError(syscall, -rc, subject);
  return rc;
}

/**
 * Throws when a call that returns an object or a function has failed.
 *
 * @throws SyscallError when `result` is an error number
 */
export function checkObject<T extends object>(result: T | number, syscall: string, subject?: string): T {
  if (typeof result === "number") throw new SyscallError(syscall, -result, subject);
  return result;
}
