import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { UsageError } from "@c10k-lab/cli";
import { allowedProcessors } from "@c10k-lab/posix";
import type { Scene } from "./scene.ts";

export const BENCH = join(import.meta.dirname, "../..");
const CHECKOUT = join(BENCH, "../..");

export const CLIENT = join(CHECKOUT, "apps/client/src/main.ts");

/** Where Node keeps compiled code, so that the many processes start in half the time; the lab uses the same. */
export const COMPILE_CACHE = join(CHECKOUT, "node_modules/.cache/node-compile");

/** One side of every pair: a family of servers. */
export interface Side {
  readonly name: string;
  /** File of a server's program. */
  program(server: Scene["server"]): string;
}

/** The first is what the second is compared with. */
export type Sides = readonly [Side, Side];

export function opponents(against: string | undefined): Sides {
  if (against === undefined) return [native(), checkout("TypeScript", CHECKOUT)];
  return [checkout("other", resolve(against)), checkout("this", CHECKOUT)];
}

function native(): Side {
  return { name: "C", program: (server) => join(BENCH, `build/c-${server}`) };
}

function checkout(name: string, folder: string): Side {
  return { name, program: (server) => join(folder, `apps/server-${server}/src/main.ts`) };
}

/** @returns files of the servers' programs */
export function programsOf(scenes: readonly Scene[], sides: readonly Side[]): string[] {
  return sides.flatMap((side) => scenes.map(({ server }) => side.program(server)));
}

/**
 * @throws UsageError when a TypeScript program is missing: --against names no checkout, or the server was taken out
 * @throws Error when a C program is
 */
export function assertBuilt(programs: readonly string[]): void {
  for (const program of programs) {
    if (existsSync(program)) continue;
    if (program.endsWith(".ts")) throw new UsageError(`there is no ${program}`);
    throw new Error(`there is no ${program}: run 'npm run build' (it needs a C compiler)`);
  }
}

/** One processor for the server, another for the client. */
export interface Processors {
  readonly server: number;
  readonly client: number;
}

/** @returns null when there is only one to be had */
export function divideProcessors(): Processors | null {
  const [server, client] = allowedProcessors();
  return server === undefined || client === undefined ? null : { server, client };
}
