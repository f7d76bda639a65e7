import { readCsv } from "@c10k-lab/files";
import { shareOf } from "../cell/cell-jobs.ts";
import { csvFiles } from "../evidence/cell-files.ts";
import type { Question } from "./signals.ts";

/** As the client rounds: what is due at the very end is not due before it, whatever the last bit of a double says. */
const EPSILON = 1e-6;

type Row = Readonly<Record<string, string>>;
type Pace = Pick<Question, "rate" | "durationMs">;

/**
 * Messages that were due within the last `p99Ms` of a run and never sent. When it was over they had not yet waited longer
 * than the objective allows, so they speak neither for the server nor against it; those due earlier had.
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

/** Of one client, from its rows in any order. Where a connection failed, that is what counts. */
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
