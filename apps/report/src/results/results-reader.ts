import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { UsageError } from "@c10k-lab/cli";
import { csvFiles, readCsv } from "@c10k-lab/files";
import {
  Capacity,
  type ConnectionRow,
  Findings,
  type LabResults,
  Manifest,
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

/** Results with the cells that cannot be read left out, each with one sentence. */
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
      repetitions.push(readJson(folder, join(name, "cell.json"), RepetitionResult));
    } catch (error) {
      if (!(error instanceof UnreadableResults)) throw error;
      errors.push(error);
    }
  }
  const [first] = errors;
  if (first && repetitions.length === 0) throw first;
  repetitions.sort((a, b) => a.startedAt.localeCompare(b.startedAt));
  return { manifest, repetitions, damaged: errors.map(({ message }) => `${message}; it is left out`) };
}

/** Reads all data for a report. @throws UnreadableResults */
export async function readResults(folder: string): Promise<LabResults & Readable> {
  const { manifest, repetitions, damaged } = readRepetitions(folder);
  const connections = new Map<string, ConnectionRow[]>();
  for (const { id } of repetitions) {
    const files = await Promise.all(csvFiles(join(folder, id), "client").map(readCsv));
    const rows = files.flatMap((file) => file.rows.map(toConnectionRow));
    if (files.length > 0) connections.set(id, rows);
  }
  const hasCapacity = existsSync(join(folder, CAPACITY_FILE));
  const capacity = hasCapacity ? readJson(folder, CAPACITY_FILE, Capacity) : null;
  const findings = existsSync(join(folder, FINDINGS_FILE)) ? readJson(folder, FINDINGS_FILE, Findings) : null;
  return { manifest, repetitions, connections, capacity, findings, damaged };
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
  throw new UnreadableResults(
    `${path} is damaged: ${result.error.issues[0]?.path.join(".")} is not as it should be`,
  );
}

function parseJson(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, "utf8"));
  } catch (error) {
    throw new UnreadableResults(`${path} cannot be read: ${(error as Error).message}`);
  }
}

/** Returns the name in a result schema, such as `c10k-lab/cell/2`. */
function schemaName(schema: z.ZodType): string {
  const { shape } = schema as unknown as { shape: { schema: z.ZodLiteral<string> } };
  return shape.schema.value;
}

function toConnectionRow(row: Record<string, string>): ConnectionRow {
  const number = (column: string) => (row[column] ? Number(row[column]) : null);
  return {
    connection: Number(row.connection),
    firstResponseMs: number("first_response_ms"),
    responseMsMean: number("response_ms_mean"),
    responseMsMax: number("response_ms_max"),
    outcome: row.outcome ?? "",
  };
}
