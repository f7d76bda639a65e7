import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readCsv } from "@c10k-lab/files";
import { findFreePort } from "@c10k-lab/process";
import { SIZED_BOUND_MS, SIZES, TestProgram, until } from "@c10k-lab/process/testing";
import { expect, test } from "vitest";
import { Client } from "../../harness/client.ts";
import { expectLedgersAgree } from "../../harness/expectations.ts";
import { FullPipe } from "../../harness/full-pipe.ts";
import type { ServerProcess } from "../../harness/server-process.ts";
import type { Subject } from "../../harness/subject.ts";
import { testWith } from "../../harness/tools.ts";

const { clients: CLIENTS } = SIZES.T3;
const BROKEN_PIPES = 50;
const PRELOAD = new URL("../../programs/break-control-plane.ts", import.meta.url);
const BREAKABLE = { wrapper: ["env", `NODE_OPTIONS=--import=${PRELOAD.href}`] };
/** Bit of SIGPIPE in the masks of /proc/PID/status. */
const SIGPIPE_BIT = 1n << 12n;

/** Registers the cases of a server that fails itself, and of outputs that nobody reads. */
export function failureCases(subject: Subject): void {
  for (const [title, check] of [
    [
      "T3 after an error of the control plane that nothing handles the server drains its clients, writes every row and exits 1",
      drainAfterError,
    ],
    [
      "T3 a second error of the control plane changes nothing, and a SIGTERM ends the drain",
      endDrainAfterErrors,
    ],
    [
      "T3 an exit while clients are connected ends the process with its code, and every row is written",
      exitWithClients,
    ],
  ] as const)
    test(title, () => check(subject), SIZED_BOUND_MS);

  test("T3 an exit of a server without clients ends the process with its code", async () => {
    await using server = await subject.start(BREAKABLE);
    server.kill("SIGURG");
    const ended = await server.ended();
    expect(ended).toMatchObject({ code: 7, rows: [], final: { accepted: 0 } });
  });

  test("T3 with stdout and stderr on a full disk the server serves, writes its rows and exits 0", () =>
    serveWithOutput(subject, "/dev/full"));

  testWith(
    "mkfifo",
    "T3 with stdout and stderr in a full pipe that nobody reads the server serves, writes its rows and exits 0",
    async () => {
      using pipe = new FullPipe();
      await serveWithOutput(subject, pipe.path);
    },
  );

  testWith(
    "strace",
    "S15 a server for which SIGPIPE has its default action survives sends after a reset",
    () => surviveBrokenPipes(subject),
  );
}

/** Starts a server whose control plane breaks at SIGWINCH and exits at SIGURG. */
function startBreakable(subject: Subject): Promise<ServerProcess> {
  return subject.start({ ...BREAKABLE, args: [...subject.argsForMany, "--drain-timeout", "10m"] });
}

async function drainAfterError(subject: Subject): Promise<void> {
  await using server = await startBreakable(subject);
  const clients = await Client.serve(CLIENTS, server.port);
  server.kill("SIGWINCH");
  await Promise.all(clients.map((client) => client.readToEnd()));
  for (const client of clients) client.socket.end();
  const ended = await server.ended();
  expect(ended).toMatchObject({ code: 1, final: { accepted: CLIENTS, closed: { drained: CLIENTS } } });
  expect(ended.stderr).toMatch(/stopping after an internal error: Error: broken by a test/);
  expectLedgersAgree(ended);
}

async function endDrainAfterErrors(subject: Subject): Promise<void> {
  await using server = await startBreakable(subject);
  const clients = await Client.serve(CLIENTS, server.port);
  for (let at = 1; at <= 2; at++) {
    server.kill("SIGWINCH");
    await until(() => server.stderr.split("broken by a test").length > at, "the error is reported");
  }
  await Promise.all(clients.map((client) => client.readToEnd()));
  server.kill("SIGTERM");
  await until(() => server.stderr.includes("SIGTERM: draining"), "the signal is heard");
  const ended = await server.stop("SIGTERM");
  expect(ended).toMatchObject({ code: 1, final: { closed: { aborted: CLIENTS } } });
  expectLedgersAgree(ended);
}

async function exitWithClients(subject: Subject): Promise<void> {
  await using server = await startBreakable(subject);
  const clients = await Client.serve(CLIENTS, server.port);
  const [leaver] = clients;
  await leaver?.finish();
  server.kill("SIGURG");
  const ended = await server.ended();
  expect(ended).toMatchObject({ code: 7, final: { accepted: CLIENTS } });
  expectLedgersAgree(ended);
  for (const client of clients) client.socket.destroy();
}

/** Runs a server whose stdout and stderr go to a file. So only its port tells when it listens. */
async function serveWithOutput({ main, args }: Subject, path: string): Promise<void> {
  const port = await findFreePort();
  const folder = mkdtempSync(join(tmpdir(), "c10k-deaf-"));
  const stats = join(folder, "clients.csv");
  const script = 'output=$1; shift; exec "$@" >"$output" 2>&1';
  const own = [main, "--port", String(port), "--stats", stats, "--exit-with-parent", ...args];
  const program = new TestProgram({
    program: "sh",
    args: ["-c", script, "sh", path, process.execPath, ...own],
  });
  try {
    let client: Client | undefined;
    await until(
      async () => {
        client = await Client.connect(port).catch(() => undefined);
        return client !== undefined;
      },
      "the server listens",
      20_000,
    );
    expect(await client?.answers()).toBe(true);
    await client?.finish();
    program.signal("SIGTERM");
    expect(await program.outcome(20_000)).toMatchObject({ code: 0 });
    const { rows, torn } = await readCsv(stats);
    expect({ torn, reasons: rows.map((row) => row.close_reason) }).toEqual({
      torn: false,
      reasons: ["client-closed"],
    });
  } finally {
    program.signal("SIGKILL");
    await program.exited;
    rmSync(folder, { recursive: true });
  }
}

/**
 * Each client sends, half-closes and resets before the server reads. A send(2) then fails with EPIPE, not ECONNRESET, and
 * without MSG_NOSIGNAL the kernel sends SIGPIPE.
 */
async function surviveBrokenPipes(subject: Subject): Promise<void> {
  const strace = ["strace", "-f", "-q", "-o", "strace", "-e", "trace=sendto", "-e", "signal=SIGPIPE"];
  await using server = await subject.start({ wrapper: [...BREAKABLE.wrapper, ...strace] });
  expect(signalMask(server.pid, "SigIgn") & SIGPIPE_BIT, "SIGPIPE is not ignored").toBe(0n);
  expect(signalMask(server.pid, "SigCgt") & SIGPIPE_BIT, "SIGPIPE is not handled").toBe(0n);
  await server.freeze();
  for (let at = 0; at < BROKEN_PIPES; at++) {
    const client = await Client.connect(server.port);
    const sent = once(client.socket, "finish");
    client.socket.end("is anybody there?\n");
    await sent;
    client.socket.resetAndDestroy();
    await client.untilClosed();
  }
  server.kill("SIGCONT");
  using next = await Client.connect(server.port);
  expect(await next.answers()).toBe(true);
  await next.finish();
  const ended = await server.stop();
  expect(ended).toMatchObject({ code: 0, signal: null, final: { accepted: BROKEN_PIPES + 1 } });
  expectLedgersAgree(ended);
  const lines = readFileSync(join(server.folder, "strace"), "utf8").split("\n");
  expect(lines.filter((line) => line.includes("--- SIGPIPE"))).toEqual([]);
  if (!subject.hasCallPerMessage) return;
  const sends = lines.filter((line) => line.includes("sendto("));
  expect(sends.filter((line) => line.includes("EPIPE")).length).toBeGreaterThan(0);
  for (const line of sends) expect(line).toContain("MSG_NOSIGNAL");
}

function signalMask(pid: number, name: "SigIgn" | "SigCgt"): bigint {
  const hex = new RegExp(`^${name}:\\s+(\\w+)`, "m").exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1];
  return BigInt(`0x${hex}`);
}
