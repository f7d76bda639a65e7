import { readdirSync, readFileSync } from "node:fs";
import { basename, extname } from "node:path";
import { fileURLToPath } from "node:url";
import { UsageError } from "@c10k-lab/cli";
import type { Plan } from "./plan.ts";
import { parsePlan } from "./plan-file.ts";

const FOLDER = fileURLToPath(new URL("../../plans/", import.meta.url));

/** The plan every command means when none is named. */
export const DEFAULT_PLAN = "quick";

/** What `lab plans` lists, the default first. */
export function planNames(): string[] {
  const names = readdirSync(FOLDER)
    .filter((file) => extname(file) === ".yaml")
    .map((file) => basename(file, ".yaml"));
  return [DEFAULT_PLAN, ...names.filter((name) => name !== DEFAULT_PLAN).sort()];
}

/**
 * A plan that comes with the lab, by its name, or one of the user's own, by its file's.
 *
 * @throws UsageError in one sentence
 */
export function findPlan(nameOrPath: string): Plan {
  if (planNames().includes(nameOrPath)) return read(nameOrPath, `${FOLDER}${nameOrPath}.yaml`);
  if (!/[./]/.test(nameOrPath)) {
    throw new UsageError(
      `there is no plan '${nameOrPath}': ${planNames().join(", ")}, or a file of your own such as ./mine.yaml`,
    );
  }
  return read(basename(nameOrPath, extname(nameOrPath)), nameOrPath);
}

/** The text of a plan that comes with the lab, to begin one's own with. */
export function planText(nameOrPath: string): string {
  return textOf(planNames().includes(nameOrPath) ? `${FOLDER}${nameOrPath}.yaml` : nameOrPath);
}

function read(name: string, path: string): Plan {
  const text = textOf(path);
  try {
    return parsePlan(name, text);
  } catch (error) {
    if (error instanceof UsageError) throw new UsageError(`${path}: ${error.message}`);
    throw error;
  }
}

function textOf(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new UsageError(
      `${path}: ${code === "ENOENT" ? "there is no such file" : (error as Error).message}`,
    );
  }
}
