import { createServer, type Socket } from "node:net";
import { findFreePort } from "@c10k-lab/process";
import { mainOf, pause, TestProgram, until } from "@c10k-lab/process/testing";
import { describe, expect, test } from "vitest";
import { runClient, withoutProgress } from "./client-process.ts";
import { runFrozen } from "./frozen-client.ts";
import { startMutant } from "./mutant-server.ts";
import { MUTANTS } from "./mutants.ts";

const echo = (socket: Socket) => socket.on("data", (data: Buffer) => socket.write(data));

/** Runs a client whose sockets are on io_uring. */
function runUring(port: number, args: readonly string[], options: Parameters<typeof runClient>[1] = {}) {
  return runClient(["--io", "uring", "--port", `${port}`, ...args], options);
}

describe("--io uring against an honest server", () => {
  test("every message is counted to the byte, for about one wait each at most", async () => {
    await using server = await startMutant(echo);
    const result = await runUring(server.port, ["--connections", "100", "--repeat", "50"]);
    expect(result.stderr).toBe("");
    expect(result.code).toBe(0);
    for (const row of await result.rows()) {
      expect(row).toMatchObject({
        requests_completed: "50",
        bytes_sent: "1000",
        bytes_received: "1000",
        outcome: "ok",
      });
    }
    const { achieved, latencyUs, loop } = result.summary();
    expect(achieved).toMatchObject({ established: 100, peak: 100, messages: 5000, bytesReceived: 100_000 });
    expect(latencyUs.response.count).toBe(5000);
    // A wait sends what was composed before it, and returns at least one echo or nothing ten times a second.
    expect(loop.waits).toBeLessThan(6000);
  });

  test("messages of many sizes, some larger than all socket buffers, come back whole", async () => {
    await using server = await startMutant((socket) => socket.pipe(socket, { end: false }));
    const small = await runUring(server.port, ["--connections", "20", "--size", "3..9000", "--repeat", "20"]);
    expect(small.code, small.stderr).toBe(0);
    const large = await runUring(server.port, ["--connections", "2", "--size", "20MiB", "--repeat", "2"]);
    expect(large.code, large.stderr).toBe(0);
    expect(large.summary().achieved).toMatchObject({
      bytesSent: 2 * 2 * 20 * 2 ** 20,
      bytesReceived: 2 * 2 * 20 * 2 ** 20,
    });
  });

  test("idle connections echo before and after, and think times and ages hold", async () => {
    await using server = await startMutant(echo);
    const args = ["--connections", "20", "--active", "25%", "--repeat", "4", "--think", "30ms"];
    const result = await runUring(server.port, [...args, "--hold", "300ms"]);
    expect(result.code, result.stderr).toBe(0);
    expect(result.summary().achieved).toMatchObject({ messages: 20, proofs: 30, held: 20 });
    const active = (await result.rows()).filter((row) => row.requests_completed === "4");
    expect(active).toHaveLength(5);
    for (const row of active) expect(Number(row.duration_ms)).toBeGreaterThanOrEqual(300);
  });

  test("an open loop sends what is due and no more", async () => {
    await using server = await startMutant(echo);
    const args = ["--connections", "4", "--rate", "500", "--repeat", "50"];
    const { achieved, loop } = (await runUring(server.port, args)).summary();
    expect(achieved).toMatchObject({ messages: 200, unsent: 0 });
    // On a busy machine the first message may be sent late; the last is due 398 ms after the first was.
    expect(achieved.messagingMs + (loop.latencyUs.sendLag.max ?? 0) / 1000).toBeGreaterThanOrEqual(390);
  });

  test("without a barrier connections come and go", async () => {
    await using server = await startMutant(echo);
    const args = ["--connections", "600", "--no-barrier", "--repeat", "1", "--wait", "spin"];
    const result = await runUring(server.port, args);
    expect(result.code, result.stderr).toBe(0);
    await until(() => [...server.sockets].every((socket) => socket.closed), "every connection is closed");
    expect(server.sockets.size).toBe(600);
  });
});

describe("--io uring when something fails", () => {
  test.concurrent.each(MUTANTS)("a server that %s: %s", async (_, outcome, serve) => {
    await using server = await startMutant(serve);
    const result = await runUring(server.port, ["--connections", "5", "--timeout", "1s"]);
    expect(result.code).toBe(1);
    expect((await result.rows()).map((row) => row.outcome)).toEqual(Array(5).fill(outcome));
    expect(result.summary().latencyUs.response.failed).toBe(5);
  });

  test("a server that comes late is waited for, and without one every row is refused", async () => {
    const port = await findFreePort();
    const refused = await runUring(port, ["--connections", "10"]);
    expect([refused.code, refused.stderr]).toEqual([1, `client: no server listens on 127.0.0.1:${port}\n`]);
    expect((await refused.rows()).map((row) => row.outcome)).toEqual(Array(10).fill("refused"));

    const server = createServer(echo);
    const result = await runUring(port, ["--connections", "10", "--wait-for-server", "30s"], {
      whileRunning: async () => {
        await pause(700);
        server.listen(port, "127.0.0.1");
      },
    });
    server.close();
    expect(result.code, result.stderr).toBe(0);
  });

  test("after SIGINT every row is interrupted, and the exit code is 130", async () => {
    await using server = await startMutant(echo);
    const isBusy = () =>
      server.sockets.size === 25 && [...server.sockets].every((socket) => socket.bytesRead > 0);
    const result = await runUring(server.port, ["--connections", "25", "--duration", "60s"], {
      whileRunning: async (signal) => {
        await until(isBusy, "every connection is busy");
        signal("SIGINT");
      },
    });
    expect(result.code).toBe(130);
    expect((await result.rows()).map((row) => row.outcome)).toEqual(Array(25).fill("interrupted"));
  });

  test("a client that was frozen for longer than --timeout blames no connection", async () => {
    const result = await runFrozen({ connections: 1000, timeoutMs: 1000, frozenMs: 1500 }, ["--io", "uring"]);
    expect(result.summary().outcomes).toMatchObject({ ok: 1000, timeout: 0 });
    expect(result.code, result.stderr).toBe(0);
  });

  test("a source address without free ports is followed by the next", async () => {
    // Four ports for each address: the first one is exhausted, and connect(2) says so in its completion.
    const script = `ip link set lo up && sysctl -qw net.ipv4.ip_local_port_range="40000 40003" && { "$0" -e "$1" & } && shift && exec "$0" "$@"`;
    const client = new TestProgram({
      program: "unshare",
      args: [
        ...["--net", "sh", "-c", script, process.execPath, ECHO_SERVER, mainOf("client"), "--port", "7"],
        ...["--io", "uring", "--wait-for-server", "30s", "--source", "127.0.0.8/29", "--connections", "20"],
      ],
    });
    const { code, stderr } = withoutProgress(await client.outcome());
    expect([code, stderr]).toEqual([0, ""]);
  });
});

/** Ends with its last connection. */
const ECHO_SERVER = `let open = 0;
require("node:net").createServer((socket) => {
  open++;
  socket.pipe(socket).on("close", () => --open === 0 && process.exit());
}).listen(7, "127.0.0.1")`;
