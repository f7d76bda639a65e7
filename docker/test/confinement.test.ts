import { existsSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { AppContainer } from "./harness/app-container.ts";
import { describeContainers } from "./harness/engine.ts";
import { expectAgreement } from "./harness/ledgers.ts";
import { ResultsFolder } from "./harness/results-folder.ts";
import { ROOT, SERVER_SERVICES } from "./harness/services.ts";

const NOBODY = "65534:65534";
const LOAD = { LOAD_CONNECTIONS: "100", LOAD_REPEAT: "5" };

describeContainers("confinement", () => {
  test.each(SERVER_SERVICES)(
    "%s serves as the owner of /results, with a read-only root and no capability",
    async (name) => {
      using results = new ResultsFolder();
      await using server = await AppContainer.server(name, { results: results.path });
      const { HostConfig } = await server.inspect();
      expect(HostConfig).toMatchObject({
        ReadonlyRootfs: true,
        CapDrop: ["ALL"],
      });
      // An app whose system calls the engine's profile forbids has one of its own, and never none.
      const hasProfile = existsSync(join(ROOT, `docker/seccomp-${name}.json`));
      const options: string[] = HostConfig.SecurityOpt ?? [];
      expect(options.map((option) => option.split("=")[0])).toEqual([
        "no-new-privileges",
        ...(hasProfile ? ["seccomp"] : []),
      ]);
      const { uid, gid } = results.owner;
      expect(await processOne(server)).toMatchObject({
        Uid: [uid, uid, uid, uid].join("\t"),
        Gid: [gid, gid, gid, gid].join("\t"),
        Groups: uid === 0 ? expect.any(String) : "",
        CapEff: uid === 0 ? expect.any(String) : "0000000000000000",
        NoNewPrivs: "1",
      });
      await using client = await AppContainer.client(server.port, {
        results: results.path,
        environment: LOAD,
      });
      expect((await client.ended()).code).toBe(0);
      const { code, final } = await server.stop(15);
      expect(code).toBe(0);
      await expectAgreement(results, final ? [final] : []);
    },
  );

  test.each(SERVER_SERVICES)(
    "%s serves as a user without a name, without any capability or folder",
    async (name) => {
      await using server = await AppContainer.server(name, { user: NOBODY });
      expect(await processOne(server)).toMatchObject({
        Uid: "65534\t65534\t65534\t65534",
        CapPrm: "0000000000000000",
      });
      await using client = await AppContainer.client(server.port, { user: NOBODY, environment: LOAD });
      const { code, output } = await client.ended();
      expect(code, output).toBe(0);
      expect(await server.stop(15)).toMatchObject({ code: 0, final: { accepted: 100, requests: 500 } });
    },
  );

  test("the app can write to /results only", async () => {
    using results = new ResultsFolder();
    await using server = await AppContainer.server("server-epoll", { results: results.path });
    for (const folder of ["/app", "/tmp", "/etc", "/home/node"]) {
      const { code, output } = await server.exec(["touch", `${folder}/file`]);
      expect(code, folder).not.toBe(0);
      expect(output).toContain("Read-only file system");
    }
  });

  test("a results file outside /results is refused in one sentence, with exit code 3", async () => {
    const environment = { LOAD_STATS: "/app/rows.csv" };
    await using client = await AppContainer.client(9, { environment });
    const { code, output } = await client.ended();
    expect(code).toBe(3);
    expect(output).toMatch(/^client: results cannot be written: EROFS.*\/app\/rows\.csv'\n$/);
  });
});

/** Returns the fields of /proc/1/status, the app's process in the container. */
async function processOne(server: AppContainer): Promise<Record<string, string>> {
  const { output } = await server.exec(["cat", "/proc/1/status"]);
  return Object.fromEntries(
    output.split("\n").map((line) => [line.split(":")[0], line.slice(line.indexOf(":") + 1).trim()]),
  );
}
