import type { Axis } from "@c10k-lab/protocol";
import { type Group, hasConnectionCosts, isAblation, isOpenLoop } from "../../model/group.ts";
import type { Quantity } from "../../model/quantities.ts";
import * as quantities from "../../model/quantities.ts";
import type { Drawing } from "./by-connections.ts";

const THROUGHPUT: Drawing = {
  name: "throughput",
  title: "Throughput",
  label: "messages per second",
  quantity: quantities.RATE,
};

const CPU_PER_MESSAGE: Drawing = {
  name: "cpu-per-message",
  title: "Server CPU per message",
  label: "CPU time per message, µs",
  unit: "µs",
  quantity: quantities.CPU_PER_MESSAGE,
};

const CPU_CORE: Drawing = {
  name: "cpu-core",
  title: "Server CPU, share of one core",
  label: "CPU used, % of one core",
  unit: "%",
  quantity: quantities.CORE_SHARE,
  missing: "Over too soon to tell",
};

const MEMORY: Drawing = {
  name: "memory",
  title: "Memory",
  label: "peak resident memory, MiB",
  quantity: quantities.MEMORY,
};

export const CONNECTION_BYTES: Drawing = {
  name: "connection-bytes",
  title: "Memory of a connection",
  label: "bytes a connection in server, clients and kernel",
  quantity: quantities.CONNECTION_BYTES,
  note: "Memory that servers, clients and kernel gained with the connections, divided by their number. Few connections show none: they are lost in what the processes need anyway.",
  canBeLog: true,
};

const OPEN_RATE: Drawing = {
  name: "open-rate",
  title: "Rate of opening connections",
  label: "connections opened per second",
  quantity: quantities.OPEN_RATE,
};

const SWITCHES: Drawing = {
  name: "switches",
  title: "Context switches",
  label: "context switches per message",
  unit: "per message",
  quantity: quantities.SWITCHES,
  canBeLog: true,
};

const DATA_RATE: Drawing = {
  name: "data-rate",
  title: "Data rate",
  label: "MiB per second, both ways together",
  quantity: quantities.DATA_RATE,
};

const CONNECTION_RATE: Drawing = {
  name: "connection-rate",
  title: "New connections",
  label: "connections per second, achieved",
  quantity: quantities.CONNECTION_RATE,
};

const DESCRIPTORS: Drawing = {
  name: "descriptors",
  title: "Descriptors scanned",
  label: "descriptors scanned per wait",
  unit: "descriptors",
  quantity: quantities.DESCRIPTORS,
};

const OVERFLOWS: Drawing = {
  name: "overflows",
  title: "Accept queue overflows",
  label: "accept queue overflows in a repetition",
  unit: "overflows",
  quantity: quantities.OVERFLOWS,
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

function time(name: string, title: string, quantity: Quantity, what = quantity.what): Drawing {
  return { name, title, label: `${what}, ms`, quantity, canBeLog: true };
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
  const drawings = [
    ...DRAWINGS[group.axis],
    ...(hasConnectionCosts(group) ? [CONNECTION_BYTES, OPEN_RATE] : []),
  ];
  if (!isOpenLoop(group) || drawings.includes(INTENDED_P99)) return drawings;
  return drawings.flatMap((drawing) => (drawing === RESPONSE_P99 ? [drawing, INTENDED_P99] : [drawing]));
}
