import { expect, test } from "vitest";
import { DirectedClient } from "../../src/slices/directed-client.ts";

test.each(["end", "release"] as const)(
  "after %s a client that has not connected is no longer waited for",
  async (way) => {
    const client = await DirectedClient.listen();
    // Longer than the test may take: a timer that is left keeps an interrupted lab from its end.
    const connected = client.connected(600_000);
    await client[way]();
    expect(await connected).toBeNull();
  },
);
