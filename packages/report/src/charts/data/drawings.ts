import type { Axis } from "@c10k-lab/protocol";
import { type Group, isAblation, isOpenLoop } from "../../model/group.ts";
import type { Quantity } from "../../model/quantities.ts";
import * as quantities from "../../model/quantities.ts";
import type { Drawing } from "./by-connections.ts";

const THROUGHPUT: Drawing = {
  name: "throughput",
  heading: "Throughput",
  label: "messages per second",
  quantity: quantities.RATE,
  leads: "answers the most messages per second",
};

const CPU_PER_MESSAGE: Drawing = {
  name: "cpu-per-message",
  heading: "Server CPU per message",
  label: "CPU time per message, µs",
  unit: "µs",
  quantity: quantities.CPU_PER_MESSAGE,
  leads: "needs the least CPU time per message",
};

const CPU_CORE: Drawing = {
  name: "cpu-core",
  heading: "Server CPU, share of one core",
  label: "CPU used, % of one core",
  unit: "%",
  quantity: quantities.CORE_SHARE,
  leads: "uses the largest share of a core",
};

const MEMORY: Drawing = {
  name: "memory",
  heading: "Memory",
  label: "peak resident memory, MiB",
  quantity: quantities.MEMORY,
  leads: "needs the least memory",
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
  quantity: quantities.DATA_RATE,
  leads: "moves the most bytes per second",
};

const CONNECTION_RATE: Drawing = {
  name: "connection-rate",
  heading: "New connections",
  label: "connections per second, achieved",
  quantity: quantities.CONNECTION_RATE,
  leads: "serves the most new connections per second",
};

const DESCRIPTORS: Drawing = {
  name: "descriptors",
  heading: "Descriptors scanned",
  label: "descriptors scanned per wait",
  unit: "descriptors",
  quantity: quantities.DESCRIPTORS,
  leads: "scans the fewest descriptors per wait",
};

const OVERFLOWS: Drawing = {
  name: "overflows",
  heading: "Accept queue overflows",
  label: "accept queue overflows in a repetition",
  unit: "overflows",
  quantity: quantities.OVERFLOWS,
  leads: "overflows least often",
};

const RESPONSE_P50 = time("response-p50", "Response time, median", quantities.RESPONSE_P50);
const RESPONSE_P99 = time("response-p99", "Response time, p99", quantities.RESPONSE_P99);
const RESPONSE_MAX = time("response-max", "Response time, maximum", quantities.RESPONSE_MAX);
const CONNECT_P99 = time("connect-p99", "Connect time, p99", quantities.CONNECT_P99);
const FIRST_RESPONSE_P99 = time(
  "first-response-p99",
  "Time to the first response, p99",
  quantities.FIRST_RESPONSE_P99,
);
const INTENDED_P99 = time(
  "intended-p99",
  "Response time from when due, p99",
  quantities.INTENDED_P99,
  "p99 response time from when a message was due",
);

function time(name: string, heading: string, quantity: Quantity, what = quantity.what): Drawing {
  return { name, heading, label: `${what}, ms`, quantity, leads: `has the shortest ${what}`, canBeLog: true };
}

/** Charts of each question, over what the plan varies, in the order of the report. */
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

export function listDrawings(group: Group): readonly Drawing[] {
  if (isAblation(group)) return OF_ABLATION;
  const drawings = DRAWINGS[group.axis];
  if (!isOpenLoop(group) || drawings.includes(INTENDED_P99)) return drawings;
  return drawings.flatMap((drawing) => (drawing === RESPONSE_P99 ? [drawing, INTENDED_P99] : [drawing]));
}
