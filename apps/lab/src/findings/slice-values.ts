import { type FindingQuantity, type RepetitionResult, SATURATED_CORES, type Slice } from "@c10k-lab/protocol";
import { LatencyHistogram } from "@c10k-lab/stats";

/** Fewer messages do not show the slowest one in a hundred. */
const P99_MESSAGES_MIN = 1000;

type Read = (slice: Slice) => number | null;

/** Readers of the quantities that are compared slice by slice: µs, messages/s, ms; null where a slice has none. */
export const SLICE_READERS: Readonly<Record<Extract<FindingQuantity, "cost" | "rate" | "p99">, Read>> = {
  cost: ({ server }) => server.cpuUsPerMessage,
  rate: ({ messagesPerSecond }) => messagesPerSecond || null,
  p99: readP99,
};

/** p99 of each slice from the time a message was due, ms: findings are made anew after each start. */
const P99S = new WeakMap<Slice, number | null>();

function readP99(slice: Slice): number | null {
  const known = P99S.get(slice);
  if (known !== undefined) return known;
  const times = LatencyHistogram.decode(slice.histograms.intended);
  const p99 = times.count < P99_MESSAGES_MIN ? null : times.percentile(99) / 1000;
  P99S.set(slice, p99);
  return p99;
}

/** Returns the slices of a repetition that count, by block: those that were not disturbed. */
export function countedSlices({ slices }: RepetitionResult): Map<number, Slice> {
  return new Map(slices.flatMap((slice) => (slice.disturbances.length > 0 ? [] : [[slice.block, slice]])));
}

/** Counts the slices that were measured again. */
export function countReplaced(repetitions: readonly RepetitionResult[]): number {
  return repetitions.reduce(
    (count, { slices }) => count + slices.filter(({ disturbances }) => disturbances.length > 0).length,
    0,
  );
}

/** Returns whether the client, not the server, decided the rate in most slices. */
export function isBounded(repetitions: readonly RepetitionResult[]): boolean {
  return isMostly(repetitions, ({ server }) => (server.cores ?? 0) < SATURATED_CORES);
}

/** Returns whether the client had no core time left in most slices, so that messages waited for it. */
export function isClientBusy(repetitions: readonly RepetitionResult[]): boolean {
  return isMostly(repetitions, ({ client }) => client.cores >= SATURATED_CORES);
}

function isMostly(repetitions: readonly RepetitionResult[], is: (slice: Slice) => boolean): boolean {
  const slices = repetitions.flatMap((repetition) => [...countedSlices(repetition).values()]);
  return 2 * slices.filter(is).length > slices.length;
}

/** Returns logarithms of a quantity, by start and block. */
export function logLevels(repetitions: readonly RepetitionResult[], read: Read): number[][] {
  return repetitions.map((repetition) =>
    [...countedSlices(repetition).values()].flatMap((slice) => {
      const value = read(slice);
      return value === null ? [] : [Math.log(value)];
    }),
  );
}

/** Returns logarithms of the ratio of a quantity in blocks that both have, by start and block. */
export function logRatios(
  over: readonly RepetitionResult[],
  under: readonly RepetitionResult[],
  read: Read,
): number[][] {
  return over.map((repetition) => {
    const other = under.find((one) => one.repetition === repetition.repetition);
    if (other === undefined) return [];
    const others = countedSlices(other);
    return [...countedSlices(repetition)].flatMap(([block, slice]) => {
      const match = others.get(block);
      const [a, b] = [read(slice), match ? read(match) : null];
      return a === null || b === null ? [] : [Math.log(a / b)];
    });
  });
}
