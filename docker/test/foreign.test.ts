import { execFileSync } from "node:child_process";
import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
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

  const plan = (more: string) => {
    const file = join(folder, "mine.yaml");
    writeFileSync(file, `${PLAN}${more}`);
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
