import type { Axis } from "@c10k-lab/protocol";
import { type Group, isAblation, isOpenLoop } from "../../model/group.ts";
import * as quantities from "../../model/quantities.ts";
import type { Drawing } from "./by-connections.ts";

const THROUGHPUT: Drawing = {
  name: "throughput",
  heading: "Throughput",
  label: "messages per second",
  unit: "messages/s",
  quantity: quantities.RATE,
  leads: "answers the most messages per second",
  canBeLog: false,
};

const RESPONSE_P50: Drawing = {
  name: "response-p50",
  heading: "Response time, median",
  label: "median response time, ms",
  unit: "ms",
  quantity: quantities.RESPONSE_P50,
  leads: "has the shortest median response time",
  canBeLog: true,
};

const RESPONSE_P99: Drawing = {
  name: "response-p99",
  heading: "Response time, p99",
  label: "p99 response time, ms",
  unit: "ms",
  quantity: quantities.RESPONSE_P99,
  leads: "has the shortest p99 response time",
  canBeLog: true,
};

const RESPONSE_MAX: Drawing = {
  name: "response-max",
  heading: "Response time, maximum",
  label: "maximum response time, ms",
  unit: "ms",
  quantity: quantities.RESPONSE_MAX,
  leads: "has the shortest maximum response time",
  canBeLog: true,
};

const CONNECT_P99: Drawing = {
  name: "connect-p99",
  heading: "Connect time, p99",
  label: "p99 connect time, ms",
  unit: "ms",
  quantity: quantities.CONNECT_P99,
  leads: "has the shortest p99 connect time",
  canBeLog: true,
};

const CPU_PER_MESSAGE: Drawing = {
  name: "cpu-per-message",
  heading: "Server CPU per message",
  label: "CPU time per message, µs",
  unit: "µs",
  quantity: quantities.CPU_PER_MESSAGE,
  leads: "needs the least CPU time per message",
  canBeLog: false,
};

const CPU_CORE: Drawing = {
  name: "cpu-core",
  heading: "Server CPU, share of one core",
  label: "CPU used, % of one core",
  unit: "%",
  quantity: quantities.CORE_SHARE,
  leads: "uses the largest share of a core",
  canBeLog: false,
};

const MEMORY: Drawing = {
  name: "memory",
  heading: "Memory",
  label: "peak resident memory, MiB",
  unit: "MiB",
  quantity: quantities.MEMORY,
  leads: "needs the least memory",
  canBeLog: false,
};

const SWITCHES: Drawing = {
  name: "switches",
  heading: "Context switches",
  label: "context switches per message",
  unit: "per message",
  quantity: quantities.SWITCHES,
  leads: "switches context least often per message",
  canBeLog: true,
};

const DATA_RATE: Drawing = {
  name: "data-rate",
  heading: "Data rate",
  label: "MiB per second, both ways together",
  unit: "MiB/s",
  quantity: quantities.DATA_RATE,
  leads: "moves the most bytes per second",
  canBeLog: false,
};

const CONNECTION_RATE: Drawing = {
  name: "connection-rate",
  heading: "New connections",
  label: "connections per second, achieved",
  unit: "connections/s",
  quantity: quantities.CONNECTION_RATE,
  leads: "serves the most new connections per second",
  canBeLog: false,
};

const FIRST_RESPONSE_P99: Drawing = {
  name: "first-response-p99",
  heading: "Time to the first response, p99",
  label: "p99 time to the first response, ms",
  unit: "ms",
  quantity: quantities.FIRST_RESPONSE_P99,
  leads: "has the shortest p99 time to the first response",
  canBeLog: true,
};

const INTENDED_P99: Drawing = {
  name: "intended-p99",
  heading: "Response time from when due, p99",
  label: "p99 response time from when a message was due, ms",
  unit: "ms",
  quantity: quantities.INTENDED_P99,
  leads: "has the shortest p99 response time from when a message was due",
  canBeLog: true,
};

const DESCRIPTORS: Drawing = {
  name: "descriptors",
  heading: "Descriptors scanned",
  label: "descriptors scanned per wait",
  unit: "descriptors",
  quantity: quantities.DESCRIPTORS,
  leads: "scans the fewest descriptors per wait",
  canBeLog: false,
};

const OVERFLOWS: Drawing = {
  name: "overflows",
  heading: "Accept queue overflows",
  label: "accept queue overflows in a repetition",
  unit: "overflows",
  quantity: quantities.OVERFLOWS,
  leads: "overflows least often",
  canBeLog: false,
};

/** Each question has its own charts: what is drawn over what the plan varies, in the order of the report. */
const DRAWINGS: Readonly<Record<Axis, readonly Drawing[]>> = {
  connections: [
    ...[THROUGHPUT, RESPONSE_P50, RESPONSE_P99, RESPONSE_MAX, CONNECT_P99],
    ...[CPU_PER_MESSAGE, CPU_CORE, MEMORY, SWITCHES],
  ],
  idle: [THROUGHPUT, RESPONSE_P99, CPU_PER_MESSAGE, DESCRIPTORS, MEMORY],
  backlog: [FIRST_RESPONSE_P99, CONNECT_P99, OVERFLOWS],
  size: [THROUGHPUT, DATA_RATE, RESPONSE_P99, CPU_PER_MESSAGE],
  "connect-rate": [CONNECTION_RATE, CONNECT_P99, FIRST_RESPONSE_P99, CPU_PER_MESSAGE, CPU_CORE],
  rate: [THROUGHPUT, INTENDED_P99, CPU_PER_MESSAGE, CPU_CORE, SWITCHES],
};

/** Quantities that an option can change. */
const OF_ABLATION: readonly Drawing[] = [THROUGHPUT, RESPONSE_P99, CPU_PER_MESSAGE, MEMORY];

export function drawingsOf(group: Group): readonly Drawing[] {
  if (isAblation(group)) return OF_ABLATION;
  const drawings = DRAWINGS[group.axis];
  if (!isOpenLoop(group) || drawings.includes(INTENDED_P99)) return drawings;
  return drawings.flatMap((drawing) => (drawing === RESPONSE_P99 ? [drawing, INTENDED_P99] : [drawing]));
}
