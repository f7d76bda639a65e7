import { expect, test } from "vitest";
import { SERVERS } from "../src/options.ts";
import { runClient, startNative } from "./programs.ts";

test.each(SERVERS)(
  "c-%s echoes every byte, with several messages in one read and one message in several reads",
  async (server) => {
    const { port, child } = await startNative(server);
    const { code, stderr } = await runClient(port, [
      "--connections",
      "50",
      "--size",
      "1..40KiB",
      "--repeat",
      "5",
    ]);
    expect([code, stderr]).toEqual([0, expect.anything()]);
    const large = await runClient(port, ["--connections", "3", "--size", "8MiB", "--repeat", "2"]);
    expect(large.code).toBe(0);
    expect(await child.stop()).toEqual({ code: 0, signal: null });
  },
);
