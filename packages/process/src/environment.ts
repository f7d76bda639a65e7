import { join } from "node:path";

/** Folder where Node keeps compiled code: the many processes of a run start in half the time. */
const COMPILE_CACHE = join(import.meta.dirname, "../../../node_modules/.cache/node-compile");

/**
 * Settings of malloc(3) for programs of this project, as tools/app and the images have them: one arena for all threads, and
 * pages of its own for each block from 128 KiB on. Unused rows of a table then take no memory, and what V8's compiler has
 * freed goes back to the kernel: of 15,000 connections the growth is the same in every start.
 */
export const LEAN_ALLOCATOR = { MALLOC_ARENA_MAX: "1", MALLOC_MMAP_THRESHOLD_: "131072" } as const;

/** Variables that would change what a child measures: options of servers and clients, of Node itself, and of malloc(3). */
const NOT_INHERITED = new RegExp(`^(ECHO_.*|LOAD_.*|NODE_OPTIONS|${Object.keys(LEAN_ALLOCATOR).join("|")})$`);

/** Returns the environment of a child: this process's own without `NOT_INHERITED`, and `further` variables. */
export function childEnvironment(further: NodeJS.ProcessEnv = {}): NodeJS.ProcessEnv {
  const inherited = Object.entries(process.env).filter(([name]) => !NOT_INHERITED.test(name));
  return { ...Object.fromEntries(inherited), NODE_COMPILE_CACHE: COMPILE_CACHE, ...further };
}
