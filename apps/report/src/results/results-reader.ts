import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { basename, join } from "node:path";
import { UsageError } from "@c10k-lab/cli";
import {
  Capacity,
  type Damage,
  Findings,
  type LabResults,
  Manifest,
  RepetitionResult,
} from "@c10k-lab/protocol";
import type { z } from "zod";
import { readRows } from "./connection-rows.ts";
import { printable } from "./printable.ts";

const CELL_FILE = "cell.json";
const CAPACITY_FILE = "capacity.json";
const FINDINGS_FILE = "findings.json";

/** A file that cannot be read; the message is one sentence. */
export class UnreadableResults extends Error {
  readonly damage: Damage;

  /** @param fault the rest of a sentence that begins with the file */
  constructor(folder: string, file: string, fault: string) {
    super(`${join(folder, file)} ${fault}`);
    this.damage = { file, fault: `${fault}; it is left out` };
  }
}

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

type Experiment = Pick<LabResults, "manifest" | "repetitions" | "damages">;

/**
 * Reads the data for a comparison; the experiment may have been interrupted. Cells that cannot be read are left out.
 *
 * @throws UnreadableResults when the manifest, or every cell, cannot be read
 */
export function readRepetitions(folder: string): Experiment {
  const manifest = readJson(folder, "manifest.json", Manifest);
  const cells = readdirSync(folder).filter((name) => existsSync(join(folder, name, CELL_FILE)));
  const repetitions: RepetitionResult[] = [];
  const errors: UnreadableResults[] = [];
  for (const name of cells) {
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
  return { manifest, repetitions, damages: errors.map(({ damage }) => damage) };
}

/** Returns a sentence for each file that was left out, and one for cells of a complete experiment that are gone. */
export function describeLacks(folder: string, { manifest, repetitions, damages }: Experiment): string[] {
  const sentences = damages.map(({ file, fault }) => `${join(folder, file)} ${fault}`);
  const unread = damages.filter(({ file }) => basename(file) === CELL_FILE).length;
  const missing = manifest.cellsPlanned - repetitions.length - unread;
  if (manifest.outcome !== "complete" || missing <= 0) return sentences;
  return [...sentences, `${folder}: ${missing} of ${manifest.cellsPlanned} cells are missing`];
}

/** @throws UnreadableResults also for a copy of another cell, which would count twice */
function readCell(folder: string, name: string): RepetitionResult {
  const file = join(name, CELL_FILE);
  const cell = readJson(folder, file, RepetitionResult);
  if (cell.id === name) return cell;
  throw new UnreadableResults(folder, file, `is damaged: it is the file of the cell ${printable(cell.id)}`);
}

/** Reads all data for a report. Files that cannot be read are left out. @throws UnreadableResults as `readRepetitions` */
export async function readResults(folder: string): Promise<LabResults> {
  const { manifest, repetitions, damages } = readRepetitions(folder);
  const all = [...damages];
  const capacity = readIfThere(folder, CAPACITY_FILE, Capacity, all);
  const findings = readIfThere(folder, FINDINGS_FILE, Findings, all);
  const isSearch = existsSync(join(folder, CAPACITY_FILE));
  const { connections, damages: torn } = await readRows(folder, repetitions, isSearch);
  return { manifest, repetitions, connections, capacity, findings, damages: [...all, ...torn] };
}

/** Returns a file's content, or null where there is none; a damaged file becomes a damage. */
function readIfThere<T extends z.ZodType>(folder: string, name: string, schema: T, damages: Damage[]) {
  if (!existsSync(join(folder, name))) return null;
  try {
    return readJson(folder, name, schema);
  } catch (error) {
    if (!(error instanceof UnreadableResults)) throw error;
    damages.push(error.damage);
    return null;
  }
}

function readJson<T extends z.ZodType>(folder: string, name: string, schema: T): z.output<T> {
  const value = parseJson(folder, name);
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const { schema: written } = (value ?? {}) as { schema?: unknown };
  const expected = schemaName(schema);
  if (typeof written === "string" && written !== expected) {
    throw new UnreadableResults(
      folder,
      name,
      `has the form ${printable(written)}, this version reads ${expected}: use the version that wrote it, or make the experiment again`,
    );
  }
  const place = result.error.issues[0]?.path.join(".") || "its content";
  throw new UnreadableResults(folder, name, `is damaged: ${printable(place)} is not as it should be`);
}

function parseJson(folder: string, name: string): unknown {
  const path = join(folder, name);
  try {
    // A pipe would be waited for without end.
    if (statSync(path).isFIFO()) throw new Error("it is a pipe");
    return JSON.parse(readFileSync(path, "utf8"));
  } catch (error) {
    throw new UnreadableResults(folder, name, `cannot be read: ${printable((error as Error).message)}`);
  }
}

/** Returns the name in a result schema, such as `c10k-lab/cell/2`. */
function schemaName(schema: z.ZodType): string {
  const { shape } = schema as unknown as { shape: { schema: z.ZodLiteral<string> } };
  return shape.schema.value;
}
