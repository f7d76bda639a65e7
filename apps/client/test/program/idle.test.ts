import type { Socket } from "node:net";
import { describe, expect, test } from "vitest";
import { runClient } from "./client-process.ts";
import { startMutant } from "./mutant-server.ts";

const echo = (socket: Socket) => socket.on("data", (data: Buffer) => socket.write(data));

describe("--active", () => {
  test("idle connections stay open and echo once before and once after the messages", async () => {
    const lines: Socket[] = [];
    await using server = await startMutant((socket) => {
      socket.on("data", () => lines.push(socket));
      echo(socket);
    });
    const args = ["--connections", "20", "--active", "25%", "--repeat", "6"];
    const result = await runClient(["--port", `${server.port}`, ...args]);
    expect(result.stderr).toBe("");
    expect(result.code).toBe(0);
    const { asked, achieved, latencyUs } = result.summary();
    expect(asked).toMatchObject({ connections: 20, active: 5, messages: 30 });
    expect(achieved).toMatchObject({
      messages: 30,
      proofs: 30,
      held: 20,
      bytesSent: 1200,
      bytesReceived: 1200,
    });
    expect(latencyUs.response.count).toBe(30);
    expect(latencyUs.firstResponse.count).toBe(5);

    const linesOf = (socket: Socket) => lines.filter((one) => one === socket).length;
    const isIdle = lines.map((socket) => linesOf(socket) === 2);
    expect(isIdle.slice(0, 15)).toEqual(Array(15).fill(true));
    expect(isIdle.slice(15, 45)).toEqual(Array(30).fill(false));
    expect(isIdle.slice(45)).toEqual(Array(15).fill(true));

    const completed = (await result.rows()).map((row) => Number(row.requests_completed));
    expect(completed).toEqual(Array.from({ length: 20 }, (_, index) => (index % 4 === 3 ? 6 : 0)));
  });

  test("an idle connection that the server closes is a failure, and in no clock", async () => {
    let first: Socket | undefined;
    await using server = await startMutant((socket) => {
      first ??= socket;
      let lines = 0;
      socket.on("data", (data: Buffer) => {
        socket.write(data);
        if (++lines === 3) first?.end();
      });
    });
    const args = ["--connections", "4", "--active", "1", "--repeat", "50", "--think", "20ms"];
    const result = await runClient(["--port", `${server.port}`, ...args]);
    expect(result.code).toBe(1);
    expect((await result.rows()).map((row) => row.outcome)).toEqual(["eof-early", "ok", "ok", "ok"]);
    expect(result.summary().latencyUs.response).toMatchObject({ count: 50, failed: 0 });
  });

  test("an idle connection that no longer answers at the end times out", async () => {
    let connections = 0;
    await using server = await startMutant((socket) => {
      const isMute = ++connections === 1;
      if (isMute) socket.once("data", (data: Buffer) => socket.write(data));
      else echo(socket);
    });
    const args = ["--connections", "4", "--active", "2", "--repeat", "5", "--timeout", "500ms"];
    const result = await runClient(["--port", `${server.port}`, ...args]);
    expect((await result.rows()).map((row) => row.outcome)).toEqual(["timeout", "ok", "ok", "ok"]);
    expect(result.summary().achieved.proofs).toBe(3);
  });

  test("--rate is divided among the active connections", async () => {
    await using server = await startMutant(echo);
    const args = ["--connections", "10", "--active", "2", "--rate", "100", "--duration", "1s"];
    const { achieved } = (await runClient(["--port", `${server.port}`, ...args])).summary();
    expect(achieved.messages + achieved.unsent).toBe(100);
    expect(achieved.proofs).toBe(16);
  });
});

describe("held connections", () => {
  test("all connections are held, though the first are done long before the last begins", async () => {
    await using server = await startMutant(echo);
    const args = ["--connections", "300", "--repeat", "1"];
    const { achieved } = (await runClient(["--port", `${server.port}`, ...args])).summary();
    expect(achieved).toMatchObject({ established: 300, peak: 300, held: 300, completed: 300 });
  });

  test("one connection is held by a server that serves one at a time, though the kernel establishes more", async () => {
    const waiting: Socket[] = [];
    const serveNext = () => {
      const [socket] = waiting;
      socket?.on("data", (data: Buffer) => socket.write(data));
      socket?.on("close", () => {
        waiting.shift();
        serveNext();
      });
    };
    await using server = await startMutant((socket) => {
      if (waiting.push(socket) === 1) serveNext();
    });
    const args = ["--connections", "5", "--repeat", "2", "--timeout", "700ms"];
    const result = await runClient(["--port", `${server.port}`, ...args]);
    expect(result.code).toBe(1);
    expect(result.summary().achieved).toMatchObject({ established: 5, peak: 5, held: 1 });
  });

  test("a server that ends each connection before it serves the next holds one, and ends early all that wait for others", async () => {
    const waiting: Socket[] = [];
    const serveNext = () => {
      const [socket] = waiting;
      socket?.once("data", (data: Buffer) => socket.end(data));
      socket?.once("close", () => {
        waiting.shift();
        serveNext();
      });
    };
    await using server = await startMutant((socket) => {
      if (waiting.push(socket) === 1) serveNext();
    });
    const result = await runClient(["--port", `${server.port}`, "--connections", "5", "--repeat", "1"]);
    expect(result.code).toBe(1);
    const { achieved, outcomes } = result.summary();
    expect(achieved).toMatchObject({ peak: 5, messages: 5, held: 1 });
    // The last one waits for nobody, and is the first to close.
    expect(outcomes).toMatchObject({ ok: 1, "eof-early": 4 });
  });

  test("connections that the server turns away are not held", async () => {
    let connections = 0;
    await using server = await startMutant((socket) => {
      if (++connections > 6) socket.end();
      else echo(socket);
    });
    const result = await runClient(["--port", `${server.port}`, "--connections", "10"]);
    expect(result.summary().achieved).toMatchObject({ established: 10, held: 6, completed: 6 });
  });

  test("without a barrier, connections are held that are open together after an echo", async () => {
    await using server = await startMutant(echo);
    const args = ["--connections", "6", "--no-barrier", "--connect-rate", "5", "--repeat", "1"];
    const { achieved } = (await runClient(["--port", `${server.port}`, ...args])).summary();
    expect(achieved.completed).toBe(6);
    expect(achieved.held).toBeGreaterThanOrEqual(1);
    expect(achieved.held).toBeLessThan(6);
  });
});

test("the summary holds the work of the client's own loop", async () => {
  await using server = await startMutant(echo);
  const args = ["--connections", "10", "--repeat", "20"];
  const { loop, achieved } = (await runClient(["--port", `${server.port}`, ...args])).summary();
  expect(loop.sends).toBeGreaterThanOrEqual(200);
  expect(loop.receives).toBeGreaterThanOrEqual(200);
  expect(loop.waits).toBeGreaterThan(0);
  expect(loop.latencyUs.turn.count).toBe(loop.waits);
  expect(loop.cpuUs).toBeGreaterThan(0);
  expect(loop.cpuShare).toBeCloseTo(loop.cpuUs / 1000 / achieved.messagingMs, 9);
});
