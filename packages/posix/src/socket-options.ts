import { binding } from "./binding.ts";
import { check } from "./errors.ts";

/** setsockopt(2) of an option whose value is one int. */
export function setIntOption(fd: number, level: number, name: number, value: number): void {
  check(binding.setsockopt(fd, level, name, Int32Array.of(value)), "setsockopt", `${name}=${value}`);
}

/** getsockopt(2) of an option whose value is one int. */
export function getIntOption(fd: number, level: number, name: number): number {
  const value = new Int32Array(1);
  check(binding.getsockopt(fd, level, name, value), "getsockopt", `${name}`);
  return value[0] as number;
}
