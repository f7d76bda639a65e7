import { expect, test } from "vitest";
import { AppContainer } from "./harness/app-container.ts";
import { describeContainers } from "./harness/engine.ts";
import { expectAgreement } from "./harness/ledgers.ts";
import { ResultsFolder } from "./harness/results-folder.ts";
import { SERVER_SERVICES } from "./harness/services.ts";

const LOADS = {
  "the default message": { LOAD_CONNECTIONS: "200", LOAD_REPEAT: "20" },
  "messages of varying size": { LOAD_CONNECTIONS: "50", LOAD_REPEAT: "30", LOAD_SIZE: "1..40KiB" },
};
const SUMS = { "the default message": [200, 4000], "messages of varying size": [50, 1500] } as const;

describeContainers("echo", () => {
  for (const name of SERVER_SERVICES) {
    test.each(Object.entries(LOADS))(
      `${name} and client, %s: the ledgers agree to the byte`,
      async (load, environment) => {
        using results = new ResultsFolder();
        await using server = await AppContainer.server(name, { results: results.path });
        await using client = await AppContainer.client(server.port, { results: results.path, environment });
        const { code, output } = await client.ended();
        expect(code, output).toBe(0);
        const ended = await server.stop(15);
        expect(ended.code, ended.output).toBe(0);
        const { connections, messages } = await expectAgreement(results, ended.final ? [ended.final] : []);
        expect([connections, messages]).toEqual(SUMS[load as keyof typeof SUMS]);
        expect(results.files).toEqual(["client-1.csv", "client-1.json", `${name}-1.csv`]);
        expect(results.strangers).toEqual([]);
      },
    );
  }
});
