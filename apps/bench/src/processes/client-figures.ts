import { ClientSummary, LatencySummary, type Percentile } from "@c10k-lab/protocol";

const Percentiles = LatencySummary.pick({ p50: true, p90: true, p99: true, p999: true, max: true }).partial({
  max: true,
});
/** Results that a client prints or writes. */
export const Results = ClientSummary.shape.achieved
  .pick({ messages: true, messagesPerSecond: true })
  .extend({ latencyUs: Percentiles, intendedUs: Percentiles.optional() });
export type Results = ReturnType<typeof Results.parse>;

/** Results of a client that has ended, and its share of a core. */
export interface ClientRun extends Results {
  readonly corePercent: number;
}

/** Measurements of a client, and its own share of a core. */
export interface ClientFigures {
  readonly messagesPerSecond: number;
  readonly p50Us: number;
  readonly p90Us: number;
  readonly p99Us: number;
  readonly p999Us: number;
  /** Response times from the due time of each message: open loops only. */
  readonly intendedP50Us?: number;
  readonly intendedP99Us?: number;
  readonly intendedP999Us?: number;
  readonly corePercent: number;
}

/** Figures that are known before the measurement. */
export type Truth = Partial<ClientFigures>;

/** Converts the results of a client. @throws Error when messages without an answer make a percentile infinite */
export function toFigures({
  messagesPerSecond,
  latencyUs,
  intendedUs,
  corePercent,
}: ClientRun): ClientFigures {
  return {
    messagesPerSecond,
    p50Us: finite(latencyUs.p50),
    p90Us: finite(latencyUs.p90),
    p99Us: finite(latencyUs.p99),
    p999Us: finite(latencyUs.p999),
    ...(intendedUs && {
      intendedP50Us: finite(intendedUs.p50),
      intendedP99Us: finite(intendedUs.p99),
      intendedP999Us: finite(intendedUs.p999),
    }),
    corePercent,
  };
}

/** Returns a percentile as a number, µs. @throws Error when messages without an answer make it infinite */
export function finite(percentile: Percentile): number {
  if (typeof percentile === "number") return percentile;
  throw new Error("messages stayed without an answer");
}
