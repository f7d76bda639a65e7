import { mkdtempSync } from "node:fs";
import type { Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { findFreePort } from "@c10k-lab/process";
import { mainOf, TestProgram, until } from "@c10k-lab/process/testing";
import { describe, expect, test } from "vitest";
import { runClient } from "./client-process.ts";
import { startMutant } from "./mutant-server.ts";

const echo = (socket: Socket) => socket.on("data", (data: Buffer) => socket.write(data));

describe("against an honest server", () => {
  test("every connection has a row, every message is counted to the byte, and the exit code is 0", async () => {
    await using server = await startMutant(echo);
    const result = await runClient(["--port", `${server.port}`, "--connections", "50", "--repeat", "7"]);
    expect(result.stderr).toBe("");
    expect(result.code).toBe(0);
    const rows = await result.rows();
    expect(rows).toHaveLength(50);
    expect(new Set(rows.map((row) => row.local_port)).size).toBe(50);
    for (const row of rows) {
      expect(row).toMatchObject({
        requests_planned: "7",
        requests_completed: "7",
        bytes_sent: "140",
        outcome: "ok",
      });
      expect(Number(row.response_ms_min)).toBeLessThanOrEqual(Number(row.response_ms_p50));
      expect(Number(row.response_ms_p50)).toBeLessThanOrEqual(Number(row.response_ms_p99));
      expect(Number(row.response_ms_p99)).toBeLessThanOrEqual(Number(row.response_ms_max));
    }
    expect(result.summary().achieved).toMatchObject({
      established: 50,
      peak: 50,
      messages: 350,
      bytesReceived: 7000,
    });
    expect(result.summary().latencyUs.response.count).toBe(350);
    expect(result.summary().latencyUs.intended.count).toBe(0);
  });

  test.each([
    ["all are connected", [], 40],
    ["it is connected itself, with --no-barrier", ["--no-barrier"], 1],
  ])("no connection sends before %s", async (_, flags, connected) => {
    const wave: number[] = [];
    await using server = await startMutant((socket) =>
      socket.once("data", (data: Buffer) => {
        // Counts a little later: the kernel may have established connections that are not accepted yet.
        setTimeout(() => wave.push(server.sockets.size), 100);
        setTimeout(() => socket.write(data), 200);
      }),
    );
    const args = ["--connections", "40", "--connect-rate", "40", "--repeat", "1", ...flags];
    const result = await runClient(["--port", `${server.port}`, ...args]);
    expect(result.code).toBe(0);
    expect(wave).toHaveLength(40);
    expect(wave[0]).toBeGreaterThanOrEqual(connected);
    expect(wave[0] === 40).toBe(connected === 40);
  });

  test("sizes vary in their range, and every connection gets the bytes of --transfer", async () => {
    await using server = await startMutant(echo);
    const result = await runClient([
      "--port",
      `${server.port}`,
      "--connections",
      "20",
      "--size",
      "3..900",
      "--transfer",
      "20KiB",
    ]);
    expect(result.code).toBe(0);
    const received = (await result.rows()).map((row) => Number(row.bytes_received));
    expect(Math.min(...received)).toBeGreaterThanOrEqual(20 * 1024);
    expect(Math.max(...received)).toBeLessThan(20 * 1024 + 900);
    expect(new Set(received).size).toBeGreaterThan(10);
  });

  test("a message larger than all socket buffers comes back whole", async () => {
    await using server = await startMutant((socket) => socket.pipe(socket, { end: false }));
    const result = await runClient([
      "--port",
      `${server.port}`,
      "--connections",
      "2",
      "--size",
      "40MiB",
      "--repeat",
      "1",
    ]);
    expect(result.code).toBe(0);
    expect(result.summary().achieved.bytesReceived).toBe(2 * 40 * 2 ** 20);
  });

  test("connections reach the ages of --hold", async () => {
    await using server = await startMutant(echo);
    const result = await runClient([
      "--port",
      `${server.port}`,
      "--connections",
      "30",
      "--repeat",
      "1",
      "--hold",
      "200ms..600ms",
    ]);
    const durations = (await result.rows()).map((row) => Number(row.duration_ms));
    expect(Math.min(...durations)).toBeGreaterThanOrEqual(200);
    expect(new Set(durations.map((ms) => Math.floor(ms / 50))).size).toBeGreaterThan(3);
  });

  test("--think separates messages", async () => {
    await using server = await startMutant(echo);
    const result = await runClient([
      "--port",
      `${server.port}`,
      "--connections",
      "5",
      "--repeat",
      "4",
      "--think",
      "50ms",
    ]);
    for (const row of await result.rows()) expect(Number(row.duration_ms)).toBeGreaterThanOrEqual(150);
  });
});

describe("when something fails", () => {
  test("without a server the client prints one sentence, exits with 1 and writes a row for every connection", async () => {
    const port = await findFreePort();
    const result = await runClient(["--port", `${port}`, "--connections", "10"]);
    expect(result.code).toBe(1);
    expect(result.stderr).toBe(`client: no server listens on 127.0.0.1:${port}\n`);
    expect((await result.rows()).map((row) => row.outcome)).toEqual(Array(10).fill("refused"));
  });

  test.each([
    ["--stats", "/proc/none/rows.csv"],
    ["--summary", "/proc/none/summary.json"],
  ])("when %s %s cannot be written, the client exits with 3 before any load", async (option, path) => {
    let connected = 0;
    await using server = await startMutant(() => connected++);
    const result = await runClient(["--port", `${server.port}`], { files: [option, path] });
    expect(result.code).toBe(3);
    expect(result.stderr).toMatch(/^client: results cannot be written: .*\/proc\/none.*\n$/);
    expect(connected).toBe(0);
  });

  test.each([
    [["--summary", "d", "--stats", "d/rows.csv"], 2, "cannot be both a file and a folder"],
    [["--stats", "{n}", "--summary", "1"], 3, "--stats and --summary name the same file: 1"],
    [["--summary", "none/"], 3, "EISDIR: 'none/' names a folder, not a file"],
  ])("trial 19: %j is refused before any load", async (files, code, sentence) => {
    let connected = 0;
    await using server = await startMutant(() => connected++);
    const cwd = mkdtempSync(join(tmpdir(), "c10k-client-"));
    const args = ["--port", `${server.port}`, "--host", "127.0.0.1", ...files];
    const result = await new TestProgram({ program: mainOf("client"), args, cwd }).outcome();
    expect(result).toMatchObject({ code, stderr: expect.stringContaining(sentence) });
    expect(result.stderr.split("\n")).toHaveLength(2);
    expect(connected).toBe(0);
  });

  test("after SIGINT every row is interrupted, and the exit code is 130", async () => {
    await using server = await startMutant(echo);
    const isBusy = () =>
      server.sockets.size === 25 && [...server.sockets].every((socket) => socket.bytesRead > 0);
    const result = await runClient(["--port", `${server.port}`, "--connections", "25", "--duration", "60s"], {
      whileRunning: async (signal) => {
        await until(isBusy, "every connection is busy");
        signal("SIGINT");
      },
    });
    expect(result.code).toBe(130);
    expect(result.summary().complete).toBe(false);
    expect((await result.rows()).map((row) => row.outcome)).toEqual(Array(25).fill("interrupted"));
  });

  test("after SIGINT no further connection is opened, and every connection has a row", async () => {
    await using server = await startMutant(echo);
    const args = ["--port", `${server.port}`, "--connections", "50", "--connect-rate", "10"];
    const result = await runClient(args, {
      whileRunning: async (signal) => {
        await until(() => server.sockets.size >= 3, "three connections are open");
        signal("SIGINT");
      },
    });
    expect(result.code).toBe(130);
    expect((await result.rows()).map((row) => row.outcome)).toEqual(Array(50).fill("interrupted"));
    expect(result.summary().achieved.established).toBeLessThan(50);
    expect(result.summary().achieved.messages).toBe(0);
  });

  test("after SIGKILL the rows of connections that ended a second before are on disk", async () => {
    let ended = 0;
    await using server = await startMutant((socket) => {
      echo(socket);
      socket.on("end", () => ended++);
    });
    let endedBefore = 0;
    const args = ["--port", `${server.port}`, "--connections", "30", "--repeat", "1", "--hold", "10ms..20s"];
    const result = await runClient(args, {
      whileRunning: async (signal) => {
        await until(() => ended >= 3, "three connections have ended");
        endedBefore = ended;
        await new Promise((resolve) => setTimeout(resolve, 1000));
        signal("SIGKILL");
      },
    });
    const rows = await result.rows();
    expect(rows.length).toBeGreaterThanOrEqual(endedBefore);
    expect(rows.length).toBeLessThan(30);
    expect(rows.every((row) => row.outcome === "ok")).toBe(true);
  });
});
