import type { Axis as PlanAxis } from "@c10k-lab/protocol";
import { integer } from "./numbers.ts";

/** Words for the values of an axis, in sentences and below charts. */
interface AxisWords {
  /** Label of the x axis. */
  readonly label: string;
  /** Unit after a value, in tooltips and sentences. */
  readonly unit: string;
  /** Unit after the value 1: "At 1 connection". */
  readonly singular: string;
  readonly before: string;
  readonly format: (x: number) => string;
}

const WORDS: Readonly<Record<PlanAxis, AxisWords>> = {
  connections: words("connections asked for", " connections", " connection"),
  idle: words("idle connections", " idle connections", " idle connection"),
  "connect-rate": words("new connections per second, offered", " new connections/s"),
  rate: words("messages per second, offered", " messages/s offered"),
  size: { ...words("bytes of a message", " messages"), format: bytes },
  backlog: { ...words("backlog", ""), before: "backlog " },
};

function words(label: string, unit: string, singular = unit): AxisWords {
  return { label, unit, singular, before: "", format: integer };
}

export function axisWords(axis: PlanAxis): AxisWords {
  return WORDS[axis];
}

/** Returns "4,000 idle connections", "backlog 128", "64 KiB messages". */
export function describePlace(axis: PlanAxis, x: number): string {
  const { before, format, unit, singular } = WORDS[axis];
  return `${before}${format(x)}${x === 1 ? singular : unit}`;
}

/** Returns "10 to 4,000 connections", "backlog 5 to 4,096". */
export function describeRange(axis: PlanAxis, from: number, to: number): string {
  const { before, format, unit } = WORDS[axis];
  return `${before}${format(from)} to ${format(to)}${unit}`;
}

function bytes(x: number): string {
  if (x >= 2 ** 20 && x % 2 ** 20 === 0) return `${x / 2 ** 20} MiB`;
  if (x >= 1024 && x % 1024 === 0) return `${x / 1024} KiB`;
  return `${integer(x)} B`;
}
