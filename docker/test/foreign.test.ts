import { execFileSync } from "node:child_process";
import { copyFileSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pause } from "@c10k-lab/process/testing";
import { afterAll, beforeAll, expect, inject, test } from "vitest";
import { describeContainers } from "./harness/engine.ts";
import { LabProcess } from "./harness/lab-process.ts";
import { ROOT } from "./harness/services.ts";

const BASE = process.env.BASE ?? "node:26-bookworm-slim";
const BUILD_BOUND_MS = 120_000;

const PLAN = `
question: What does a foreign image do?
about: A plan of a test.
vary: connections
values: [8]
repeats: 1
load: { message: This is the payload, repeat: 5, timeout: 1s, connect-timeout: 2s }
variants:
  epoll:
`;

/** Bytes that the server "chatty" prints for each message, and messages of each of eight connections: 115 MB. */
const CHATTY_BYTES = 2400;
const CHATTY_MESSAGES = 6000;
/** Option max-size of the lab's containers. */
const ENGINE_LOG_BYTES = 10e6;

describeContainers("foreign servers in containers", () => {
  const image = `c10k-lab-test/foreign:${inject("engine").run}`;
  const folder = mkdtempSync(join(tmpdir(), "c10k-image-"));

  beforeAll(() => {
    copyFileSync(join(ROOT, "apps/lab/test/fixtures/foreign-server.mjs"), join(folder, "foreign-server.mjs"));
    const lines = [`FROM ${BASE}`, "COPY foreign-server.mjs /", 'ENTRYPOINT ["node", "/foreign-server.mjs"]'];
    writeFileSync(join(folder, "Dockerfile"), `${lines.join("\n")}\n`);
    execFileSync("docker", ["build", "--quiet", "--tag", image, folder], { timeout: BUILD_BOUND_MS });
  }, BUILD_BOUND_MS);

  afterAll(() => {
    rmSync(folder, { recursive: true });
    execFileSync("docker", ["rmi", "--force", image], { stdio: "ignore" });
  });

  const plan = (more: string, repeat = 5) => {
    const file = join(folder, "mine.yaml");
    writeFileSync(file, `${PLAN.replace("repeat: 5", `repeat: ${repeat}`)}${more}`);
    return file;
  };

  test("images in a plan: one is ok with the evidence of its processes, its ledger agrees, flaws are findings", async () => {
    using lab = new LabProcess([
      plan(`
  boxed: { image: "${image}", command: "{port} none" }
  ledger: { image: "${image}", command: "{port} none {stats}" }
  line: { image: "${image}", command: "{port} none", ready: { line: listening } }
  stubborn: { image: "${image}", command: "{port} stubborn" }
  dies: { image: "${image}", command: "{port} dies" }
  deaf: { image: "${image}", command: "{port} deaf" }
`),
    ]);
    expect(await lab.exited, lab.output).toBe(1);
    const cellOf = (name: string) => lab.cells.find(({ variant }) => variant === name);
    expect(cellOf("epoll")).toMatchObject({ status: "ok", reconciliation: { balanced: true } });
    expect(cellOf("boxed")).toMatchObject({ status: "ok", ledger: "client-only", final: null });
    const { evidence } = cellOf("boxed") ?? {};
    const usedUs = (usage = evidence?.tree?.end) => (usage ? usage.userUs + usage.systemUs : 0);
    expect(usedUs()).toBeGreaterThan(usedUs(evidence?.tree?.ready));
    expect(evidence?.tree?.end.voluntarySwitches).toBeGreaterThan(0);
    expect(cellOf("ledger")).toMatchObject({
      status: "ok",
      ledger: "csv",
      reconciliation: { balanced: true, server: { connections: 8, requests: 40 } },
    });
    expect(cellOf("line")?.status).toBe("ok");
    expect(cellOf("stubborn")?.incidents).toContainEqual(
      expect.objectContaining({ incident: "stop-ignored" }),
    );
    expect(cellOf("dies")).toMatchObject({ status: "failed" });
    expect(cellOf("dies")?.incidents).toContainEqual(
      expect.objectContaining({ incident: "ended-early", exitCode: 7 }),
    );
    expect(cellOf("deaf")?.incidents).toContainEqual(
      expect.objectContaining({ incident: "ended-early", exitCode: 2 }),
    );
    expect(await lab.containers()).toEqual([]);
  });

  test("K10 a server that prints 100 MB fills neither the engine's disk nor the results", async () => {
    const variant = `  boxed: { image: "${image}", command: "{port} chatty" }\n`;
    using lab = new LabProcess([plan(variant, CHATTY_MESSAGES), "--only", "boxed"]);
    let engineBytes = 0;
    while (lab.isRunning) {
      for (const path of await findEngineLogs(lab)) engineBytes = Math.max(engineBytes, sizeOf(path));
      await pause(100);
    }
    expect(await lab.exited, lab.output).toBe(0);
    const messages = lab.cells[0]?.client?.achieved.messages ?? 0;
    expect(messages * CHATTY_BYTES).toBeGreaterThan(100e6);
    expect(engineBytes).toBeGreaterThan(2 ** 20);
    expect(engineBytes).toBeLessThan(1.2 * ENGINE_LOG_BYTES);
    const logs = readdirSync(lab.folder, { recursive: true, encoding: "utf8" });
    const sizes = logs.filter((name) => name.endsWith(".log")).map((name) => sizeOf(join(lab.folder, name)));
    expect(Math.max(...sizes)).toBeGreaterThan(2 ** 20);
    expect(Math.max(...sizes)).toBeLessThan(2 ** 21);
  });

  test("an image on the command line is measured beside ours", async () => {
    using lab = new LabProcess([plan(""), "--image", `boxed=${image} {port} none`, "--only", "boxed,epoll"]);
    expect(await lab.exited, lab.output).toBe(0);
    expect(lab.cells.map(({ variant, status }) => `${variant} ${status}`).sort()).toEqual([
      "boxed ok",
      "epoll ok",
    ]);
  });

  test("a missing image ends the run before the first cell, and is named in one sentence", async () => {
    using lab = new LabProcess([
      plan(""),
      "--image",
      "boxed=c10k-lab-test/nowhere {port}",
      "--only",
      "boxed",
    ]);
    expect(await lab.exited).toBe(1);
    expect(lab.manifest).toMatchObject({
      outcome: "no-image",
      trouble: { trouble: "image-missing", image: "c10k-lab-test/nowhere", service: null },
    });
    expect(lab.cells).toEqual([]);
  });
});

/** Returns the paths of the files in which the engine keeps what the containers of a lab print. */
async function findEngineLogs(lab: LabProcess): Promise<string[]> {
  try {
    const names = (await lab.containers()).map((name) => name.slice(1));
    if (names.length === 0) return [];
    const words = ["inspect", "--format", "{{.LogPath}}", ...names];
    return execFileSync("docker", words, { stdio: "pipe" }).toString().split("\n").filter(Boolean);
  } catch {
    return []; // It has not written its manifest yet, or a container has ended meanwhile.
  }
}

function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}
