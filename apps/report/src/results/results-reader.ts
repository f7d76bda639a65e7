import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { UsageError } from "@c10k-lab/cli";
import { csvFiles, scanCsv } from "@c10k-lab/files";
import {
  Capacity,
  type ConnectionRow,
  Findings,
  type LabResults,
  Manifest,
  OUTCOMES,
  RepetitionResult,
} from "@c10k-lab/protocol";
import type { z } from "zod";

const CAPACITY_FILE = "capacity.json";
const FINDINGS_FILE = "findings.json";

/** Results that cannot be read; the message is one sentence. */
export class UnreadableResults extends Error {}

/**
 * Finds a results folder.
 *
 * @param path a folder, or its name below results/
 * @throws UsageError when it has no manifest
 */
export function findResults(path: string): string {
  const candidates = path.includes("/") ? [path] : [path, join("results", path)];
  const found = candidates.find((folder) => existsSync(join(folder, "manifest.json")));
  if (found === undefined) throw new UsageError(`${path} is no results folder: it has no manifest.json`);
  return found;
}

/** Results without what cannot be read: cells, or the rows of a cell's connections. Each is one sentence. */
interface Readable {
  readonly damaged: readonly string[];
}

/**
 * Reads the data for a comparison; the experiment may have been interrupted.
 *
 * @throws UnreadableResults when the manifest, or every cell, cannot be read
 */
export function readRepetitions(folder: string): Pick<LabResults, "manifest" | "repetitions"> & Readable {
  const manifest = readJson(folder, "manifest.json", Manifest);
  const repetitions: RepetitionResult[] = [];
  const errors: UnreadableResults[] = [];
  for (const name of readdirSync(folder)) {
    if (!existsSync(join(folder, name, "cell.json"))) continue;
    try {
      repetitions.push(readCell(folder, name));
    } catch (error) {
      if (!(error instanceof UnreadableResults)) throw error;
      errors.push(error);
    }
  }
  const [first] = errors;
  if (first && repetitions.length === 0) throw first;
  repetitions.sort((a, b) => a.startedAt.localeCompare(b.startedAt));
  const damaged = errors.map(({ message }) => `${message}; it is left out`);
  const missing = manifest.cellsPlanned - repetitions.length - errors.length;
  if (manifest.outcome === "complete" && missing > 0) {
    damaged.push(`${folder}: ${missing} of ${manifest.cellsPlanned} cells are missing`);
  }
  return { manifest, repetitions, damaged };
}

/** @throws UnreadableResults also for a copy of another cell, which would count twice */
function readCell(folder: string, name: string): RepetitionResult {
  const file = join(name, "cell.json");
  const cell = readJson(folder, file, RepetitionResult);
  if (cell.id === name) return cell;
  throw new UnreadableResults(
    `${join(folder, file)} is damaged: it is the file of the cell ${printable(cell.id)}`,
  );
}

/** Reads all data for a report. @throws UnreadableResults */
export async function readResults(folder: string): Promise<LabResults & Readable> {
  const { manifest, repetitions, damaged } = readRepetitions(folder);
  const connections = new Map<string, ConnectionRow[]>();
  const torn: string[] = [];
  for (const { id, client } of repetitions) {
    const files = csvFiles(join(folder, id), "client");
    if (files.length === 0) continue;
    try {
      connections.set(id, await readConnections(files, client?.asked.connections ?? null));
    } catch (error) {
      const reason = (error as Error).message;
      torn.push(
        `${join(folder, id)}: the rows of its connections are damaged (${reason}); they are left out`,
      );
    }
  }
  const hasCapacity = existsSync(join(folder, CAPACITY_FILE));
  const capacity = hasCapacity ? readJson(folder, CAPACITY_FILE, Capacity) : null;
  const findings = existsSync(join(folder, FINDINGS_FILE)) ? readJson(folder, FINDINGS_FILE, Findings) : null;
  return { manifest, repetitions, connections, capacity, findings, damaged: [...damaged, ...torn] };
}

function readJson<T extends z.ZodType>(folder: string, name: string, schema: T): z.output<T> {
  const path = join(folder, name);
  const value = parseJson(path);
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const { schema: written } = (value ?? {}) as { schema?: unknown };
  const expected = schemaName(schema);
  if (typeof written === "string" && written !== expected) {
    throw new UnreadableResults(
      `${path} has the form ${written}, this version reads ${expected}: use the version that wrote it, or make the experiment again`,
    );
  }
  const place = result.error.issues[0]?.path.join(".") || "its content";
  throw new UnreadableResults(`${path} is damaged: ${printable(place)} is not as it should be`);
}

function parseJson(path: string): unknown {
  try {
    // A pipe would be waited for without end.
    if (statSync(path).isFIFO()) throw new Error("it is a pipe");
    return JSON.parse(readFileSync(path, "utf8"));
  } catch (error) {
    throw new UnreadableResults(`${path} cannot be read: ${printable((error as Error).message)}`);
  }
}

/** Returns a text of a damaged file as one line, without characters that would steer the terminal. */
function printable(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\s]+/gu, " ");
}

/** Returns the name in a result schema, such as `c10k-lab/cell/2`. */
function schemaName(schema: z.ZodType): string {
  const { shape } = schema as unknown as { shape: { schema: z.ZodLiteral<string> } };
  return shape.schema.value;
}

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
 * Reads the rows of all connections of a cell.
 *
 * @param asked the number of connections of the clients with a summary; null when there is none
 * @throws Error when a file is damaged, or rows are missing: a cut may leave a file whose rows are all whole
 */
async function readConnections(files: readonly string[], asked: number | null): Promise<ConnectionRow[]> {
  const rows: ConnectionRow[] = [];
  for (const file of files) await readRows(file, rows);
  if (asked !== null && rows.length < asked) throw new Error(`${rows.length} of ${asked}`);
  return rows;
}

/** Appends the rows of a client's file. */
function readRows(file: string, rows: ConnectionRow[]): Promise<void> {
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
