/** Child processes, and what /proc says of them. */

export { cpuMs, descriptors, isAlive, isFrozen, limitForMore, status, threads } from "./proc.ts";
