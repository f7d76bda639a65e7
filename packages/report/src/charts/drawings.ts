import * as quantities from "../quantities.ts";
import type { Drawing } from "./by-connections.ts";

/** The charts over the number of connections, in the order of the report. */

export const BEFORE_ESTABLISHED: readonly Drawing[] = [
  {
    name: "throughput",
    heading: "Throughput",
    label: "messages per second",
    unit: "messages/s",
    quantity: quantities.RATE,
    leads: "answers the most messages per second",
    canBeLog: false,
  },
  {
    name: "response-p50",
    heading: "Response time, median",
    label: "median response time, ms",
    unit: "ms",
    quantity: quantities.RESPONSE_P50,
    leads: "has the shortest median response time",
    canBeLog: true,
  },
  {
    name: "response-p99",
    heading: "Response time, p99",
    label: "p99 response time, ms",
    unit: "ms",
    quantity: quantities.RESPONSE_P99,
    leads: "has the shortest p99 response time",
    canBeLog: true,
  },
  {
    name: "response-max",
    heading: "Response time, maximum",
    label: "maximum response time, ms",
    unit: "ms",
    quantity: quantities.RESPONSE_MAX,
    leads: "has the shortest maximum response time",
    canBeLog: true,
  },
  {
    name: "connect-p99",
    heading: "Connect time, p99",
    label: "p99 connect time, ms",
    unit: "ms",
    quantity: quantities.CONNECT_P99,
    leads: "has the shortest p99 connect time",
    canBeLog: true,
  },
];

export const AFTER_ESTABLISHED: readonly Drawing[] = [
  {
    name: "cpu-per-message",
    heading: "Server CPU per message",
    label: "CPU time per message, µs",
    unit: "µs",
    quantity: quantities.CPU_PER_MESSAGE,
    leads: "needs the least CPU time per message",
    canBeLog: false,
  },
  {
    name: "cpu-core",
    heading: "Server CPU, share of one core",
    label: "CPU used, % of one core",
    unit: "%",
    quantity: quantities.CORE_SHARE,
    leads: "uses the largest share of a core",
    canBeLog: false,
  },
  {
    name: "memory",
    heading: "Memory",
    label: "peak resident memory, MiB",
    unit: "MiB",
    quantity: quantities.MEMORY,
    leads: "needs the least memory",
    canBeLog: false,
  },
  {
    name: "switches",
    heading: "Context switches",
    label: "context switches per message",
    unit: "per message",
    quantity: quantities.SWITCHES,
    leads: "switches context least often per message",
    canBeLog: true,
  },
];
