import { describeLoad, labelOf, type Scene } from "../processes/scene.ts";

/** Returns a function that prints a line to stderr for each pair, with the time left. */
export function startProgress(pairs: number): (description: string) => void {
  const startedMs = performance.now();
  let done = 0;
  return (description) => {
    done++;
    const leftMs = ((performance.now() - startedMs) / done) * (pairs - done);
    const left = done === pairs ? "" : `  (${Math.round(leftMs / 1000)} s left)`;
    const count = `[${String(done).padStart(String(pairs).length)}/${pairs}]`;
    process.stderr.write(`${count} ${description}${left}\n`);
  };
}

/** Returns the name of a scene in the lines of progress. */
export function nameOf(scene: Scene): string {
  return `${labelOf(scene).padEnd(8)} ${describeLoad(scene).padStart(6)} connections`;
}
