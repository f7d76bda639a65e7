import { readdirSync, readFileSync } from "node:fs";
import { basename, extname } from "node:path";
import { fileURLToPath } from "node:url";
import { UsageError } from "@c10k-lab/cli";
import type { Plan } from "../plan.ts";
import { parsePlan } from "./plan-file.ts";

const FOLDER = fileURLToPath(new URL("../../../plans/", import.meta.url));

/** Name of the plan that a command runs when none is named. */
export const DEFAULT_PLAN = "quick";

/** Returns the names of the plans that come with the lab, the default first. */
export function planNames(): string[] {
  const names = readdirSync(FOLDER)
    .filter((file) => extname(file) === ".yaml")
    .map((file) => basename(file, ".yaml"));
  return [DEFAULT_PLAN, ...names.filter((name) => name !== DEFAULT_PLAN).sort()];
}

/**
 * Returns a plan of the lab by its name, or a plan of the user by its file.
 *
 * @throws UsageError in one sentence
 */
export function findPlan(nameOrPath: string): Plan {
  if (planNames().includes(nameOrPath)) {
    return parsePlan(nameOrPath, planText(nameOrPath), `${nameOrPath}.yaml`, FOLDER);
  }
  if (!/[./]/.test(nameOrPath)) {
    throw new UsageError(
      `there is no plan '${nameOrPath}': ${planNames().join(", ")}, or a file of your own such as ./mine.yaml`,
    );
  }
  return parsePlan(basename(nameOrPath, extname(nameOrPath)), planText(nameOrPath), nameOrPath);
}

/** Returns the YAML of a plan of the lab by its name, or of a plan of the user by its file. @throws UsageError */
export function planText(nameOrPath: string): string {
  const path = planNames().includes(nameOrPath) ? `${FOLDER}${nameOrPath}.yaml` : nameOrPath;
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    throw new UsageError(`${path}: ${code === "ENOENT" ? "there is no such file" : message}`);
  }
}
