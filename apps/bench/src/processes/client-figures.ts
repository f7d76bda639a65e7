/** Measurements of a client, and its own share of a core. */
export interface ClientFigures {
  readonly messagesPerSecond: number;
  readonly p50Us: number;
  readonly p90Us: number;
  readonly p99Us: number;
  readonly corePercent: number;
}

/** Figures that are known before the measurement. */
export type Truth = Partial<ClientFigures>;
