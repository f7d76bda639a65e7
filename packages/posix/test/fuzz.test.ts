import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { expect, test } from "vitest";

test.each([1, 2])(
  "every native function answers odd arguments in every place with an error number, and never crashes (seed %s)",
  (seed) => {
    const program = join(import.meta.dirname, "fuzz-binding.ts");
    const output = execFileSync(process.execPath, [program, String(seed)], { encoding: "utf8" });
    expect(Number.parseInt(output, 10)).toBeGreaterThan(50_000);
  },
);
