/**
 * Linux system calls for TypeScript: `posix.recv(…)` is recv(2), `posix.EPOLLET` is EPOLLET. See binding.ts for the
 * conventions. The other files wrap calls outside the hot path: addresses, errors, limits.
 */

export {
  type Address,
  addressFamily,
  decodeAddress,
  encodeAddress,
  formatAddress,
  SOCKADDR_BYTES,
} from "./address.ts";
export { type Binding, binding as posix, loadAddon } from "./binding.ts";
export { check, errorName, errorText, SyscallError } from "./errors.ts";
export { listeningHost } from "./ports.ts";
export {
  allowedProcessors,
  endWithParent,
  fileDescriptorLimit,
  monotonicUs,
  monotonicUsOf,
  ownMemoryKiB,
  PARENT_VARIABLE,
  pinTo,
  processLimit,
  releaseStartMemory,
  runWhenIdle,
} from "./process.ts";
export { RegisteredCall } from "./registered-call.ts";
export { getIntOption, setIntOption, setTimeoutOption } from "./socket-options.ts";
