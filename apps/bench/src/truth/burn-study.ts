import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { estimateMeans, type Mean } from "@c10k-lab/inference";
import { Child } from "@c10k-lab/process";
import { Findings, RepetitionResult } from "@c10k-lab/protocol";
import { BENCH, LAB } from "../processes/servers.ts";

/** CPU time that each server wastes on a message, µs. Two waste none: what is found between them is false. */
const BURNS_US = { burns20: 20, burns5: 5, burns2: 2, again: 0, base: 0 } as const;
type Variant = keyof typeof BURNS_US;
const VARIANTS = Object.keys(BURNS_US) as Variant[];
/** An open loop that no server is busy with: a full one serves more messages at each wait, and each costs less. */
const LOAD = { rate: 8000, active: 100 };

/** A server of known cost beside the one that wastes nothing. */
export interface BurnRow {
  readonly burnUs: number;
  /** Difference of the CPU time per message, µs. */
  readonly found: Mean;
  readonly verdict: string;
}

export interface BurnStudyOptions {
  readonly budgetMs: number;
  /** Another program takes 30 % of a core meanwhile. */
  readonly hasBurner: boolean;
  /** Ends the lab. */
  readonly stop: AbortSignal;
}

/**
 * Lets the lab measure servers in C that waste a known time on each message.
 *
 * @throws Error when the lab fails
 */
export async function studyBurns({ budgetMs, hasBurner, stop }: BurnStudyOptions): Promise<BurnRow[]> {
  const folder = mkdtempSync(join(tmpdir(), "c10k-bench-truth-"));
  const args = [String(2 * budgetMs)];
  const burner = hasBurner ? new Child({ program: BURNER, args, ownSession: false }) : null;
  try {
    await runLab(folder, budgetMs, stop);
    const [results] = readdirSync(folder).filter((name) => name.endsWith("-truth"));
    return readRows(join(folder, results ?? ""));
  } finally {
    burner?.signal("SIGKILL");
    await rm(folder, { recursive: true, force: true });
  }
}

const BURNER = join(import.meta.dirname, "burner.ts");

async function runLab(folder: string, budgetMs: number, stop: AbortSignal): Promise<void> {
  const plan = join(folder, "truth.yaml");
  writeFileSync(plan, JSON.stringify(describePlan(budgetMs)));
  const args = ["run", plan, "--results", folder];
  const lab = new Child({ program: LAB, args, ownSession: false });
  stop.addEventListener("abort", () => lab.signal("SIGTERM"));
  const { code } = await lab.exited;
  if (code !== 0) throw new Error(`the lab ended with ${code}: ${lab.lastErrorLine}`);
}

/** The plan as JSON, which is YAML as well. */
function describePlan(budgetMs: number): object {
  const server = join(BENCH, "build/c-epoll");
  const variants = VARIANTS.map((name) => [
    name,
    { command: [server, "--port", "{port}", "--burn-us", String(BURNS_US[name])] },
  ]);
  return {
    question: "Is a known cost per message found?",
    about: "Servers that waste a known time on each message.",
    vary: "connections",
    measure: "slices",
    budget: `${Math.round(budgetMs / 1000)}s`,
    values: [LOAD.active],
    load: { rate: LOAD.rate, message: "This is the payload" },
    variants: Object.fromEntries(variants),
  };
}

function readRows(results: string): BurnRow[] {
  const cells = readdirSync(results)
    .filter((name) => /-run-\d+$/.test(name))
    .map((name) => RepetitionResult.parse(readJson(join(results, name, "cell.json"))));
  const { findings } = Findings.parse(readJson(join(results, "findings.json")));
  const compared = VARIANTS.filter((name) => name !== "base");
  const means = estimateMeans(compared.map((name) => differences(cells, name)));
  return compared.map((name, index) => ({
    burnUs: BURNS_US[name],
    found: means[index] as Mean,
    verdict:
      findings.find(({ variant, quantity, question }) => {
        return variant === name && quantity === "cost" && question === "variants";
      })?.verdict ?? "not-shown",
  }));
}

/** Returns the differences of a variant from the one that wastes nothing, µs a message, by start and block. */
function differences(cells: readonly RepetitionResult[], variant: Variant): number[][] {
  const of = (name: Variant) => cells.filter((cell) => cell.variant === name);
  return of(variant).map((cell) => {
    const base = of("base").find(({ repetition }) => repetition === cell.repetition);
    const others = new Map(costs(base));
    return costs(cell).flatMap(([block, us]) => {
      const other = others.get(block);
      return other === undefined ? [] : [us - other];
    });
  });
}

function costs(cell: RepetitionResult | undefined): [block: number, us: number][] {
  return (cell?.slices ?? []).flatMap(({ block, disturbances, server: { cpuUsPerMessage } }) =>
    cpuUsPerMessage === null || disturbances.length > 0 ? [] : [[block, cpuUsPerMessage]],
  );
}

function readJson(path: string): unknown {
  return JSON.parse(readFileSync(path, "utf8"));
}
