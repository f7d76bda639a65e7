import { about, integer } from "../phrases/numbers.ts";

/** Connections that a variant will hold of those its plan asks for. */
export interface Holding {
  readonly variant: string;
  readonly asked: number;
  readonly held: number;
  /** Name of the limit that ends them: the kernel's, or an option of the server. */
  readonly limit: string;
}

/** Returns the forecast before the first cell: "threaded will hold about 9,000 of 10,000 connections: pids.max ends them." */
export function describeHolding({ variant, asked, held, limit }: Holding): string {
  const what = `of ${integer(asked)} connections`;
  return held === 0
    ? `${variant} will hold none ${what}: ${limit} leaves no room.`
    : `${variant} will hold about ${about(held)} ${what}: ${limit} ends them.`;
}
