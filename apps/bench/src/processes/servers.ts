import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { UsageError } from "@c10k-lab/cli";
import type { Scene } from "./scene.ts";

export const BENCH = join(import.meta.dirname, "../..");
const CHECKOUT = join(BENCH, "../..");

export const CLIENT = join(CHECKOUT, "apps/client/src/main.ts");
export const LAB = join(CHECKOUT, "apps/lab/src/main.ts");

/** One side of every pair: a family of servers. */
export interface Side {
  readonly name: string;
  /** Returns the path of a server's program. */
  program(scene: Scene): string;
}

/** The second side is compared with the first. */
export type Sides = readonly [Side, Side];

/** Returns the two sides of a comparison: C and this checkout, or two checkouts. @param against folder of another checkout; undefined for the C servers */
export function chooseSides(against: string | undefined): Sides {
  const native: Side = { name: "C", program: ({ server, twin }) => join(BENCH, `build/c-${twin ?? server}`) };
  if (against === undefined) return [native, checkoutSide("TypeScript", CHECKOUT)];
  return [checkoutSide("other", resolve(against)), checkoutSide("this", CHECKOUT)];
}

function checkoutSide(name: string, folder: string): Side {
  return { name, program: ({ server }) => join(folder, `apps/server-${server}/src/main.ts`) };
}

/** Returns the paths of the programs of all scenes on all sides. */
export function programsOf(scenes: readonly Scene[], sides: readonly Side[]): string[] {
  return sides.flatMap((side) => scenes.map((scene) => side.program(scene)));
}

/**
 * Checks that the programs exist.
 *
 * @throws UsageError when a TypeScript program is missing: --against names no checkout, or the server was removed
 * @throws Error when a C program is missing
 */
export function assertBuilt(programs: readonly string[]): void {
  for (const program of programs) {
    if (existsSync(program)) continue;
    if (program.endsWith(".ts")) throw new UsageError(`there is no ${program}`);
    throw new Error(`there is no ${program}: run 'npm run build' (it needs a C compiler)`);
  }
}
