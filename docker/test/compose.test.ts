import { until } from "@c10k-lab/process/testing";
import { expect, test } from "vitest";
import { ComposeProject, freePort, type ProjectContainer } from "./harness/compose-project.ts";
import { describeContainers, STATE_BOUND_MS } from "./harness/engine.ts";
import { expectAgreement } from "./harness/ledgers.ts";
import { ResultsFolder } from "./harness/results-folder.ts";
import { SERVER_SERVICES } from "./harness/services.ts";

describeContainers("docker compose", () => {
  test("up with ten clients: 100,000 echoes verified, 5,000 rows on either side, Ctrl-C ends it", async () => {
    using results = new ResultsFolder();
    await using project = new ComposeProject("scale", await place(results));
    const up = project.start("up", "server-epoll", "client", "--scale", "client=10");
    const clients = await project.untilEnded("client", 10);
    expect(codes(clients)).toEqual(Array(10).fill(0));
    up.interrupt();
    await up.ended();
    const servers = await project.untilEnded("server-epoll", 1);
    expect(codes(servers)).toEqual([0]);
    const sums = await expectAgreement(results, finals(servers));
    expect(sums).toMatchObject({ connections: 5000, messages: 100_000, toServer: 2_000_000 });
    expect(results.files.filter((name) => name.endsWith(".csv"))).toHaveLength(11);
    expect(results.strangers).toEqual([]);
  });

  test.each(SERVER_SERVICES)("up %s client, as typed", async (name) => {
    using results = new ResultsFolder();
    await using project = new ComposeProject(name, await place(results));
    const up = project.start("up", name, "client");
    expect(codes(await project.untilEnded("client", 1))).toEqual([0]);
    up.interrupt();
    await up.ended();
    const servers = await project.untilEnded(name, 1);
    expect(codes(servers)).toEqual([0]);
    expect(await expectAgreement(results, finals(servers))).toMatchObject({
      connections: 500,
      messages: 10_000,
    });
    expect(results.files).toEqual(["client-1.csv", "client-1.json", `${name}-1.csv`]);
    expect(results.strangers).toEqual([]);
  });

  test("Ctrl-C under load: server and client write every row", async () => {
    using results = new ResultsFolder();
    const environment = { ...(await place(results)), CONNECTIONS: "300", DURATION: "10m" };
    await using project = new ComposeProject("interrupted", environment);
    const up = project.start("up", "server-epoll", "client");
    await until(
      async () => (await progress(project)).includes("connected 300 of 300"),
      "300 are connected",
      STATE_BOUND_MS,
    );
    up.interrupt();
    await up.ended();
    const [client, server] = [...(await project.of("client")), ...(await project.of("server-epoll"))];
    expect(server?.code, server?.output).toBe(0);
    expect([1, 143]).toContain(client?.code);
    expect(await results.rows("client")).toHaveLength(300);
    expect(await results.rows("server")).toHaveLength(server?.final?.accepted ?? 0);
    expect(server?.final?.accepted).toBe(300);
  });

  test("up without a name creates and starts nothing and says what to type", async () => {
    using results = new ResultsFolder();
    await using project = new ComposeProject("help", await place(results));
    const { code, output } = await project.run("up");
    expect(code, output).toBe(1);
    expect(output).toContain(
      "Name one server and the client: docker compose up server-epoll client --scale client=10",
    );
    expect(output.trim().split("\n")).toHaveLength(1);
    expect(await project.containers()).toEqual([]);
    expect(results.files).toEqual([]);
  });

  test("ps, logs, stop and down without a name find what up has started", async () => {
    using results = new ResultsFolder();
    await using project = new ComposeProject("habits", await place(results));
    const say = async (...args: string[]) => {
      const { code, output } = await project.run(...args);
      expect(code, output).toBe(0);
      return output;
    };
    await say("up", "--detach", "server-select", "client");
    await project.untilEnded("client", 1);
    const services = await say("ps", "--all", "--format", "{{.Service}}");
    expect(services.trim().split("\n").sort()).toEqual(["client", "server-select"]);
    expect(await say("logs", "--no-color")).toMatch(/server-select-1 .*listening/);
    await say("stop");
    expect(await project.of("server-select")).toMatchObject([{ isRunning: false, code: 0 }]);
    await say("down");
    expect(await project.containers()).toEqual([]);
    expect(results.files).toEqual(["client-1.csv", "client-1.json", "server-select-1.csv"]);
  });

  test("a second server on the port says so and ends; the first one serves", async () => {
    using results = new ResultsFolder();
    const environment = await place(results);
    await using project = new ComposeProject("two-on-a-port", environment);
    const up = project.start("up", "server-epoll", "client", "--scale", "server-epoll=2");
    const [second] = await project.untilEnded("server-epoll", 1);
    expect(second).toMatchObject({ code: 1, final: undefined });
    expect(second?.output).toContain(
      `cannot listen on 127.0.0.1:${environment.PORT}: address already in use`,
    );
    expect(codes(await project.untilEnded("client", 1))).toEqual([0]);
    up.interrupt();
    await up.ended();
    await expectAgreement(results, finals(await project.of("server-epoll")));
    expect(results.files).toEqual(["client-1.csv", "client-1.json", "server-epoll-1.csv"]);
  });

  test("with REUSE_PORT=true two servers share the port, each with a file of its own", async () => {
    using results = new ResultsFolder();
    await using project = new ComposeProject("shared", { ...(await place(results)), REUSE_PORT: "true" });
    const scales = ["--scale", "server-epoll=2", "--scale", "client=2"];
    const up = project.start("up", "server-epoll", "client", ...scales);
    expect(codes(await project.untilEnded("client", 2))).toEqual([0, 0]);
    up.interrupt();
    await up.ended();
    const servers = await project.of("server-epoll");
    expect(codes(servers)).toEqual([0, 0]);
    expect(await expectAgreement(results, finals(servers))).toMatchObject({
      connections: 1000,
      messages: 20_000,
    });
    expect(results.files.filter((name) => name.startsWith("server"))).toEqual([
      "server-epoll-1.csv",
      "server-epoll-2.csv",
    ]);
  });

  test("two projects at once do not disturb each other", async () => {
    using left = new ResultsFolder();
    using right = new ResultsFolder();
    const leftPlace = await place(left);
    await using epoll = new ComposeProject("left", { ...leftPlace, REPEAT: "40" });
    await using select = new ComposeProject("right", {
      ...(await place(right, leftPlace.PORT)),
      SIZE: "1..999",
    });
    const ups = [epoll.start("up", "server-epoll", "client"), select.start("up", "server-select", "client")];
    await Promise.all([epoll.untilEnded("client", 1), select.untilEnded("client", 1)]);
    for (const up of ups) up.interrupt();
    await Promise.all(ups.map((up) => up.ended()));
    const leftSums = await expectAgreement(left, finals(await epoll.of("server-epoll")));
    const rightSums = await expectAgreement(right, finals(await select.of("server-select")));
    expect(leftSums).toMatchObject({ connections: 500, messages: 20_000 });
    expect(rightSums).toMatchObject({ connections: 500, messages: 10_000 });
    expect(left.files).toEqual(["client-1.csv", "client-1.json", "server-epoll-1.csv"]);
    expect(right.files).toEqual(["client-1.csv", "client-1.json", "server-select-1.csv"]);
  });
});

/** Returns the results folder and a free port of a project. @param not a port that is taken */
async function place(results: ResultsFolder, not?: string): Promise<{ RESULTS: string; PORT: string }> {
  const port = String(await freePort());
  return port === not ? place(results, not) : { RESULTS: results.path, PORT: port };
}

function codes(containers: readonly ProjectContainer[]): number[] {
  return containers.map(({ code }) => code);
}

function finals(servers: readonly ProjectContainer[]) {
  return servers.flatMap(({ final }) => final ?? []);
}

async function progress(project: ComposeProject): Promise<string> {
  return (await project.of("client")).map(({ output }) => output).join("");
}
