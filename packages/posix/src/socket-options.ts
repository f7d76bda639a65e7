import { binding as posix } from "./binding.ts";
import { check } from "./errors.ts";

/** Sets a socket option whose value is one int: setsockopt(2). */
export function setIntOption(fd: number, level: number, name: number, value: number): void {
  check(posix.setsockopt(fd, level, name, Int32Array.of(value)), "setsockopt", `${name}=${value}`);
}

/** Returns a socket option whose value is one int: getsockopt(2). */
export function getIntOption(fd: number, level: number, name: number): number {
  const value = new Int32Array(1);
  check(posix.getsockopt(fd, level, name, value), "getsockopt", `${name}`);
  return value[0];
}

/**
 * Sets SO_RCVTIMEO or SO_SNDTIMEO: a blocking call fails with EAGAIN after `timeoutMs`. The value is a struct timeval,
 * two 64-bit words on the supported platforms.
 */
export function setTimeoutOption(fd: number, name: number, timeoutMs: number): void {
  const us = Math.round(timeoutMs * 1000);
  const timeval = Int32Array.of(Math.floor(us / 1_000_000), 0, us % 1_000_000, 0);
  check(posix.setsockopt(fd, posix.SOL_SOCKET, name, timeval), "setsockopt", `${name}=${timeoutMs} ms`);
}
