import { csvFiles, readCsv } from "@c10k-lab/files";
import { shareOf } from "../cell/cell-jobs.ts";
import type { Question } from "./signals.ts";

/** Rounding as in the client: a message due exactly at the end is not due before it. */
const EPSILON = 1e-6;

type Row = Readonly<Record<string, string>>;
type Pace = Pick<Question, "rate" | "durationMs">;

/**
 * Counts the messages that were due within the last `p99Ms` of a run and never sent. They had not yet waited longer than
 * the objective allows, so they are evidence neither for the server nor against it.
 *
 * @param folder of the cell
 */
export async function unsentAtTheEnd(folder: string, question: Question): Promise<number> {
  const clients = await Promise.all(csvFiles(folder, "client").map(readCsv));
  return clients
    .map(({ rows }, index) => {
      const rate = shareOf(question.rate, index + 1, clients.length);
      return countUndecided(rows, { rate, durationMs: question.durationMs }, question.objective.p99Ms);
    })
    .reduce((a, b) => a + b, 0);
}

/** Counts the undecided messages of one client from its rows. Failed connections count as failures instead. */
export function countUndecided(rows: readonly Row[], pace: Pace, p99Ms: number): number {
  const active = rows
    .filter((row) => row.requests_planned !== "0")
    .toSorted((a, b) => Number(a.connection) - Number(b.connection));
  return active.reduce((sum, { outcome, requests_completed }, rank) => {
    if (outcome !== "ok") return sum;
    const unsentBy = (ms: number) =>
      Math.max(0, dueBefore(ms, rank, active.length, pace.rate) - Number(requests_completed));
    return sum + unsentBy(pace.durationMs) - unsentBy(Math.max(0, pace.durationMs - p99Ms));
  }, 0);
}

/** Connection i of N has its message k due at (i + k·N) / rate seconds. */
function dueBefore(ms: number, rank: number, connections: number, rate: number): number {
  return Math.max(0, Math.ceil(((ms / 1000) * rate - rank) / connections - EPSILON));
}
