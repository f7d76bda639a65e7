import { afterEach, beforeEach, describe, expect, inject } from "vitest";
import { leftovers } from "./leftovers.ts";

/** What the global set-up found out. */
interface Engine {
  /** Why nothing can be run here. */
  readonly missing?: string;
  /** Why what can be run cannot be relied on: it fails every test. */
  readonly failure?: string;
  /** Label of everything this run of the tests makes. */
  readonly run: string;
}

declare module "vitest" {
  interface ProvidedContext {
    readonly engine: Engine;
  }
}

const BOUND_MS = 120_000;

/** A suite of tests that run containers. Where there is no engine, its name in the report says why it was skipped. */
export function describeContainers(title: string, body: () => void): void {
  const { missing, failure } = inject("engine");
  if (missing) {
    describe.skip(`${title} [skipped: ${missing}]`, body);
    return;
  }
  describe(title, { timeout: BOUND_MS }, () => {
    beforeEach(() => {
      if (failure) throw new Error(failure);
    });
    afterEach(async () => {
      if (!failure) expect(await leftovers(), "containers left behind").toEqual([]);
    });
    body();
  });
}
