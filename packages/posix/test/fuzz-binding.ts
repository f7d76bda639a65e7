/**
 * Calls every native function with odd arguments, as a program of its own: a call that crashes ends it. Prints the number of
 * calls, and exits with 1 when a function threw or returned what it does not document.
 *
 *     tools/sanitize node packages/posix/test/fuzz-binding.ts [SEED]
 */
import { posix } from "../src/index.ts";
import { oddValues, SMALL } from "./odd-values.ts";

const CALLS_EACH = 2000;
/** Index of the time-out, of which any number is a valid one and may wait without limit. */
const TIMEOUT_AT: Record<string, number> = {
  epoll_wait: 2,
  epoll_pwait2: 2,
  select: 4,
  poll: 2,
  io_uring_enter: 4,
};
const FAMILIES = [posix.AF_INET, posix.AF_INET6];

const odd = oddValues(Number(process.argv[2] ?? 1));

function argumentsFor(name: string, count: number): unknown[] {
  const values = Array.from({ length: count }, () => odd.value());
  // Small numbers are descriptors of this process, and resources of its limits.
  if (SMALL.includes(values[0] as number)) values[0] = -1;
  if (name.startsWith("inet_") && odd.below(2) === 0) values[0] = FAMILIES[odd.below(2)];
  const at = TIMEOUT_AT[name] ?? -1;
  if (typeof values[at] === "number" && !Number.isNaN(values[at])) values[at] = 0;
  return values;
}

function isDocumented(name: string, result: unknown): boolean {
  if (name.startsWith("register_") && typeof result !== "number") return callRegistered(result);
  if (name === "inet_ntop") return typeof result === "string";
  if (name === "mmap" && result instanceof ArrayBuffer) return true;
  return typeof result === "number" && Number.isInteger(result) && result > -4096;
}

/** Makes calls whose arguments are whatever the registered memory holds. @returns whether they return nothing */
function callRegistered(result: unknown): boolean {
  return typeof result === "function" && result() === undefined;
}

let calls = 0;
for (const [name, member] of Object.entries(posix)) {
  if (typeof member !== "function") continue;
  for (let call = 0; call < CALLS_EACH; call++) {
    // As many as it takes, so that each argument is once the only wrong one; and sometimes too few or too many.
    const values = argumentsFor(name, odd.below(5) === 0 ? odd.below(8) : parameters(name));
    const result = (member as (...values: unknown[]) => unknown)(...values);
    calls++;
    if (!isDocumented(name, result)) {
      process.stderr.write(
        `${name}(${values.map((value) => typeof value).join(", ")}) returned ${String(result)}\n`,
      );
      process.exit(1);
    }
  }
}
process.stdout.write(`${calls} calls\n`);

function parameters(name: string): number {
  if (/^(accept4|select|epoll_ctl|io_uring_enter)$/.test(name)) return 5;
  if (/^(recv|send|[gs]etsockopt|io_uring_register)$/.test(name)) return 4;
  return /^(close|epoll_create1|eventfd_read|address_of|prctl_.*)$/.test(name)
    ? 1
    : name === "socket"
      ? 3
      : 2 + odd.below(2);
}
