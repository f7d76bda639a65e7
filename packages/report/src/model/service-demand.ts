import { median } from "@c10k-lab/inference";
import { type Level, type RepetitionResult, SATURATED_CORES, type Slice } from "@c10k-lab/protocol";
import type { Group } from "./group.ts";

/** Fewer slices are no sample. */
const SLICES_MIN = 3;

/** Service demand of a variant under one load, and what it foretold where the server reached its limit. */
export interface ServiceDemand {
  readonly variant: string;
  readonly axisValue: number;
  /** CPU time per message with its interval, µs. */
  readonly demand: Level;
  /** Messages per second that one core carries: 1/D. */
  readonly carried: number;
  /** Share of its core that the server used, median of the slices. */
  readonly cores: number | null;
  /** Median rate of the slices in which the server was at its limit; null where too few were. */
  readonly limitRate: number | null;
  /** Ratio of that rate to the 1/D of slices below the limit; null where there are too few of either. */
  readonly check: number | null;
}

/** Returns the service demand of each cell of a group that was measured in slices, by variant and ascending axis value. */
export function listDemands({ experiment, name, variants, axis }: Group): ServiceDemand[] {
  const costs = experiment.findings?.levels.filter((one) => one.group === name && one.quantity === "cost");
  const same = experiment.repetitions.filter((one) => one.axis === axis);
  return variants.flatMap((variant) =>
    (costs ?? [])
      .filter((one) => one.variant === variant && one.value > 0)
      .toSorted((a, b) => a.axisValue - b.axisValue)
      .flatMap((level) => {
        const alike = same.filter((one) => one.variant === variant && one.axisValue === level.axisValue);
        const slices = countedSlices(alike.filter(({ group }) => group === name));
        return slices.length === 0 ? [] : [describe(level, slices, countedSlices(alike))];
      }),
  );
}

/** @param alike slices under the same load, those of other groups too: in an open loop a server is below its limit */
function describe(demand: Level, slices: readonly Slice[], alike: readonly Slice[]): ServiceDemand {
  const limitRate = middle(slices.filter(isAtLimit), ({ messagesPerSecond }) => messagesPerSecond);
  const below = alike.filter((slice) => !isAtLimit(slice));
  const belowUs = middle(below, ({ server }) => server.cpuUsPerMessage);
  return {
    variant: demand.variant,
    axisValue: demand.axisValue,
    demand,
    carried: 1e6 / demand.value,
    cores: median(slices.flatMap(({ server }) => server.cores ?? [])),
    limitRate,
    check: limitRate === null || belowUs === null ? null : (limitRate * belowUs) / 1e6,
  };
}

function isAtLimit({ server }: Slice): boolean {
  return (server.cores ?? 0) >= SATURATED_CORES;
}

function middle(slices: readonly Slice[], read: (slice: Slice) => number | null): number | null {
  const values = slices.flatMap((slice) => read(slice) ?? []);
  return values.length < SLICES_MIN ? null : median(values);
}

function countedSlices(repetitions: readonly RepetitionResult[]): Slice[] {
  return repetitions.flatMap(({ slices }) => slices.filter(({ disturbances }) => disturbances.length === 0));
}
