import { join } from "node:path";
import { csvFiles, scanCsv } from "@c10k-lab/files";
import { type ConnectionRow, type Damage, OUTCOMES, type RepetitionResult } from "@c10k-lab/protocol";
import { plural } from "@c10k-lab/words";
import { printable } from "./printable.ts";

const COLUMNS = ["connection", "first_response_ms", "response_ms_mean", "response_ms_max", "outcome"];

/** Row of every connection that stayed idle and ended well: a million of them have one object. */
const IDLE: ConnectionRow = {
  connection: 0,
  firstResponseMs: null,
  responseMsMean: null,
  responseMsMax: null,
  outcome: "ok",
};

/**
 * Reads the rows of the connections of cells. Those that are damaged or missing are left out.
 *
 * @param isSearch searches and slices sum the rows up: theirs are not missed
 */
export async function readRows(folder: string, cells: readonly RepetitionResult[], isSearch: boolean) {
  const connections = new Map<string, ConnectionRow[]>();
  const damages: Damage[] = [];
  const without: string[] = [];
  for (const { id, client, slices } of cells) {
    const files = csvFiles(join(folder, id), "client");
    if (files.length === 0) {
      if (client !== null && slices.length === 0 && !isSearch) without.push(id);
      continue;
    }
    try {
      connections.set(id, await readConnections(files, client?.asked.connections ?? null));
    } catch (error) {
      const { message } = error as Error;
      damages.push({
        file: id,
        fault: `has damaged rows of its connections (${message}); they are left out`,
      });
    }
  }
  // Without any file, somebody has kept the results without their rows, as docs/reports does.
  const missed = connections.size === 0 ? [] : describeWithout(without);
  return { connections, damages: [...damages, ...missed] };
}

/** Returns the damage of cells that have no file of rows. */
function describeWithout([first, ...others]: readonly string[]): Damage[] {
  if (first === undefined) return [];
  const more = others.length === 0 ? "" : `, nor are those of ${plural(others.length, "other cell")}`;
  return [
    { file: join(first, "client.csv"), fault: `is not there${more}: the rows of connections are left out` },
  ];
}

/**
 * Reads the rows of all connections of a cell.
 *
 * @param asked the number of connections of the clients with a summary; null when there is none
 * @throws Error when a file is damaged, or rows are missing: a cut may leave a file whose rows are all whole
 */
async function readConnections(files: readonly string[], asked: number | null): Promise<ConnectionRow[]> {
  const rows: ConnectionRow[] = [];
  for (const file of files) await appendRows(file, rows);
  if (asked !== null && rows.length < asked) throw new Error(`${rows.length} of ${asked}`);
  return rows;
}

/** Appends the rows of a client's file. */
function appendRows(file: string, rows: ConnectionRow[]): Promise<void> {
  return scanCsv(file, COLUMNS, ([connection, first, mean, max, outcome = ""]) => {
    const isIdle = first === "" && mean === "" && outcome === IDLE.outcome;
    const row = rows.length + 1;
    if (!(Number(connection) > 0)) throw new Error(`row ${row} has no number of a connection`);
    rows.push(
      isIdle
        ? IDLE
        : {
            connection: Number(connection),
            firstResponseMs: readMs(first),
            responseMsMean: readMs(mean),
            responseMsMax: readMs(max),
            outcome: OUTCOMES.find((known) => known === outcome) ?? outcome,
          },
    );
    return true;
  });
}

/** @throws Error for a text that is no time */
function readMs(text = ""): number | null {
  if (text === "") return null;
  const ms = Number(text);
  if (!(ms >= 0)) throw new Error(`'${printable(text)}' is no time`);
  return ms;
}
