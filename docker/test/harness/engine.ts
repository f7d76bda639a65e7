import { afterEach, beforeEach, describe, expect, inject } from "vitest";
import { listLeftovers } from "./leftovers.ts";

/** Result of the global set-up. */
interface Engine {
  /** Reason to skip all tests. */
  readonly missing?: string;
  /** Reason to fail all tests. */
  readonly failure?: string;
  /** Label of all containers of this run of the tests. */
  readonly run: string;
}

declare module "vitest" {
  interface ProvidedContext {
    readonly engine: Engine;
  }
}

const BOUND_MS = 120_000;

/** Bound for a state that a test waits for. */
export const STATE_BOUND_MS = 60_000;

/**
 * Defines a suite of tests that run containers. Without an engine it is skipped, and its title has the reason.
 *
 * @param hasOwnEngines true where other files may use the ordinary engine meanwhile
 */
export function describeContainers(
  title: string,
  body: () => void,
  { hasOwnEngines = false }: { hasOwnEngines?: boolean } = {},
): void {
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
      if (!failure && !hasOwnEngines) expect(await listLeftovers(), "containers left behind").toEqual([]);
    });
    body();
  });
}
