/** What a client says of a server, and how busy it was itself. */
export interface ClientFigures {
  readonly messagesPerSecond: number;
  readonly p50Us: number;
  readonly p90Us: number;
  readonly p99Us: number;
  readonly corePercent: number;
}

/** What is known of them before they are measured: a client that says something else is wrong. */
export type Truth = Partial<ClientFigures>;
