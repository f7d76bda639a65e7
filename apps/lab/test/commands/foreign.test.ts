import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { processesWith } from "@c10k-lab/process";
import { LabProcess } from "@c10k-lab/process/testing";
import { Manifest, RepetitionResult } from "@c10k-lab/protocol";
import { beforeAll, expect, test } from "vitest";
import { refusal } from "./refusal.ts";

const SERVER = join(import.meta.dirname, "../fixtures/foreign-server.mjs");
const command = (flaw: string) => `'${process.execPath}' '${SERVER}' {port} ${flaw}`;

const HEAD = `
question: What do foreign servers do?
about: A plan of a test.
vary: connections
values: [8]
`;
const WHOLE = `${HEAD}
repeats: 1
load: { message: This is the payload, repeat: 5, timeout: 1s, connect-timeout: 2s }
`;

function writePlan(yaml: string): string {
  const file = join(mkdtempSync(join(tmpdir(), "c10k-foreign-")), "mine.yaml");
  writeFileSync(file, yaml);
  return file;
}

function readCell(folder: string, name: string): RepetitionResult {
  return RepetitionResult.parse(JSON.parse(readFileSync(join(folder, "latest", name, "cell.json"), "utf8")));
}

const FLAWS = [
  ...["none", "deaf", "silent", "crlf", "wrong-later", "dies", "closes"],
  ...["limit", "stubborn", "forks", "chatty", "ipv6"],
];

const litterFolder = mkdtempSync(join(tmpdir(), "c10k-litter-"));
let lab: LabProcess;
beforeAll(async () => {
  const variants = [
    ...FLAWS.map((flaw) => `  ${flaw}: { command: "${command(flaw)}" }`),
    ...["ledger", "forgets"].map((flaw) => `  ${flaw}: { command: "${command(flaw)} {stats}" }`),
    `  crowd: { command: "${command("crowd")}", process-limit: 4 }`,
    `  hoards: { command: "${command("hoards")}", memory-limit: 200MiB }`,
    `  litters: { command: "${command("litters")}", disk-limit: 40MiB, cwd: ${litterFolder} }`,
    `  no-ledger: { command: "${command("none")}", env: { STATS: "{stats}" } }`,
  ];
  lab = new LabProcess(["run", writePlan(`${WHOLE}\nvariants:\n${variants.join("\n")}\n  epoll:\n`)]);
  await lab.exited;
}, 180_000);

const cellOf = (name: string) => readCell(lab.results, `${name}-8`);

test("foreign servers with flaws end in exit code 1, and every other cell is measured", async () => {
  await expect(lab.exit, lab.stderr).resolves.toEqual({ code: 1, signal: null });
  expect(cellOf("epoll")).toMatchObject({ status: "ok", ledger: "both", reconciliation: { balanced: true } });
  const manifest = Manifest.parse(
    JSON.parse(readFileSync(join(lab.results, "latest", "manifest.json"), "utf8")),
  );
  expect(manifest.outcome).toBe("complete");
  expect(manifest.servers.map(({ name }) => name)).toEqual([
    "epoll",
    ...FLAWS,
    "ledger",
    "forgets",
    "crowd",
    "hoards",
    "litters",
    "no-ledger",
  ]);
  expect(readFileSync(join(lab.results, "latest", "report.md"), "utf8")).toContain("Client only");
  expect(readFileSync(join(lab.results, "latest", "details.md"), "utf8")).toContain("with exit code 7");
});

test("a foreign server without a ledger is ok by the client's alone, with the usage of its processes", () => {
  const { evidence, ...cell } = cellOf("none");
  expect(cell).toMatchObject({ status: "ok", ledger: "client-only", final: null, reconciliation: null });
  expect(cell.incidents.filter(({ incident }) => incident === "failed")).toEqual([]);
  expect(cell.client?.achieved.messages).toBe(40);
  const { ready, end } = evidence.tree ?? {};
  // The kernel divides the time into user and system anew at each look: only the sum grows.
  const cpuUs = (usage: typeof end) => (usage?.userUs ?? 0) + (usage?.systemUs ?? 0);
  expect(cpuUs(ready)).toBeGreaterThan(0);
  expect(cpuUs(end)).toBeGreaterThan(cpuUs(ready));
  expect(end?.voluntarySwitches).toBeGreaterThan(0);
  expect(end?.maxRssKiB).toBeGreaterThan(10_000);
  expect(evidence.server.at(-1)).toMatchObject({ processes: 1 });
  expect(evidence.server.at(-1)?.descriptors).toBeGreaterThan(3);
});

test.each([
  ["deaf", "failed", { incident: "ended-early", process: "server", exitCode: 2 }],
  ["silent", "failed", { incident: "no-echo", sent: "ready?\n", received: "", end: "timeout" }],
  ["crlf", "failed", { incident: "no-echo", sent: "ready?\n", received: "ready?\r\n", end: "wrong-bytes" }],
  ["crowd", "failed", { incident: "over-limit", process: "server", limit: "processes", allowed: 4 }],
  ["hoards", "failed", { incident: "over-limit", process: "server", limit: "memory", allowed: 200 }],
  ["litters", "failed", { incident: "over-limit", process: "server", limit: "disk", allowed: 40 }],
  ["dies", "failed", { incident: "ended-early", exitCode: 7 }],
  ["closes", "failed", { incident: "failed", outcome: "eof-early" }],
  ["stubborn", "ok", { incident: "stop-ignored", process: "server", afterMs: 3000 }],
  ["forks", "ok", { incident: "left-behind", processes: 1 }],
])("a foreign server that is %s is %s", (flaw, status, incident) => {
  const cell = cellOf(flaw);
  expect(cell.status).toBe(status);
  expect(cell.incidents).toContainEqual(expect.objectContaining(incident));
});

test("a foreign server that listens on ::1 alone is measured there", () => {
  const { status, client } = cellOf("ipv6");
  expect({ status, messages: client?.achieved.messages }).toEqual({ status: "ok", messages: 40 });
});

test.each([
  ["dies", "The server ended before it was told to, with exit code 7"],
  ["wrong-later", '"This is the payload\\n" was sent and "This is the pAyload\\n" came back'],
  ["crlf", '"ready?\\n" was sent and "ready?\\r\\n" came back'],
])("the terminal says how the server that is %s failed", (flaw, sentence) => {
  const lines = lab.stderr.split("\n");
  const failed = lines.findIndex((line) => line.includes(`${flaw}, 8 connections: `));
  expect(lines[failed]).toMatch(/ {2}failed( {2}\(.*left\))?$/);
  expect(lines[failed + 1]).toContain(sentence);
});

test("the incident of wrong bytes holds the text sent and the text that came back", () => {
  const { incidents } = cellOf("wrong-later");
  const failed = incidents.find((one) => one.incident === "failed" && one.outcome === "wrong-bytes");
  expect(failed).toMatchObject({
    connections: 8,
    first: { sent: "This is the payload\n", received: "This is the pAyload\n" },
  });
});

test("connections above a foreign server's limit are counted, with the first of them", () => {
  const { status, incidents } = cellOf("limit");
  expect(status).toBe("failed");
  // The lab's probe has been one of the server's six connections.
  const count = incidents.reduce((sum, one) => sum + (one.incident === "failed" ? one.connections : 0), 0);
  expect(count).toBe(3);
});

test("a server that closes after each answer breaks first itself, with the count and the first connection", async () => {
  const once = `${WHOLE.replace("repeat: 5", "repeat: 1")}variants:\n  once: { command: "${command("once")}" }\n`;
  const run = new LabProcess(["run", writePlan(once)]);
  expect(await run.exited, run.stderr).toBe(1);
  const { status, incidents } = readCell(run.results, "once-8");
  expect(status).toBe("failed");
  expect(incidents).toContainEqual({
    incident: "failed",
    outcome: "eof-early",
    connections: expect.any(Number),
    first: expect.objectContaining({ messages: 1, bytesSent: 20, bytesReceived: 20 }),
  });
  expect(readFileSync(join(run.results, "latest", "report.md"), "utf8")).toMatch(
    /once .*\| +failed at 8 +\|/,
  );
}, 90_000);

test("the ledger that a foreign server writes is compared with the client's to the byte", () => {
  expect(cellOf("ledger")).toMatchObject({
    status: "ok",
    ledger: "csv",
    reconciliation: { balanced: true, server: { connections: 8, requests: 40, bytesReceived: 800 } },
  });
  const forgetful = cellOf("forgets");
  expect(forgetful).toMatchObject({ status: "failed", reconciliation: { balanced: false } });
  expect(forgetful.incidents).toContainEqual({
    incident: "ledgers-differ",
    differences: [{ entry: "messages", client: 40, server: 32 - 1 }],
  });
});

test("a file of another form instead of a ledger is an incident", () => {
  const { status, incidents } = cellOf("no-ledger");
  expect(status).toBe("failed");
  expect(incidents).toContainEqual({ incident: "no-totals", process: "server" });
});

test("the system calls of a foreign server are sampled in a start of its own, beside the ledger", () => {
  for (const name of ["none", "ledger"]) {
    const { sampledCalls, callsRefusal } = cellOf(name).evidence;
    expect(callsRefusal).toBeNull();
    expect(sampledCalls?.messages).toBe(40);
    expect(sampledCalls?.calls.epoll_wait ?? sampledCalls?.calls.epoll_pwait).toBeGreaterThan(0);
    expect((sampledCalls?.calls.write ?? 0) + (sampledCalls?.calls.writev ?? 0)).toBeGreaterThanOrEqual(40);
  }
  expect(cellOf("dies").evidence.sampledCalls).toBeNull();
  expect(existsSync(join(lab.results, "latest", "none-8", "calls"))).toBe(false);
});

test("where strace may not trace, the cell is measured and the reason said once, in terminal and report", async () => {
  const folder = mkdtempSync(join(tmpdir(), "c10k-strace-"));
  const refusal = "strace: attach: ptrace(PTRACE_SEIZE, 1): Operation not permitted";
  writeFileSync(join(folder, "strace"), `#!/bin/sh\necho '${refusal}' >&2\nexit 1\n`, { mode: 0o755 });
  const words = [
    "run",
    writePlan(`${WHOLE.replace("[8]", "[2, 8]")}variants:\n  epoll:\n`),
    "--server",
    `mine=${command("none")}`,
  ];
  const run = new LabProcess([...words, "--only", "mine"], {
    env: { PATH: `${folder}:${process.env.PATH}` },
  });
  expect(await run.exited, run.stderr).toBe(0);
  expect(readCell(run.results, "mine-8").evidence).toMatchObject({
    sampledCalls: null,
    callsRefusal: { reason: "not-permitted", answer: refusal },
  });
  expect(run.stderr.split("System calls of mine are not sampled").length).toBe(2);
  const report = readFileSync(join(run.results, "latest", "report.md"), "utf8");
  expect(report).toContain("System calls of mine are not sampled");
  expect(report).toMatch(/^npm run lab -- run .*mine\.yaml --server 'mine=.* \{port\} none' --only mine$/m);
}, 60_000);

test.each([
  [[], 10],
  [["--process-limit", "20"], 20],
])(
  "with the options %j a build of more processes is killed with all of them, and the sentence says so",
  async (options, allowed) => {
    const script = "for i in `seq 60`; do setsid sleep 98773 & done; wait";
    const mine = `{ command: "${command("none")}", build: ["sh", "-c", "${script}"], process-limit: 10 }`;
    const run = new LabProcess(["run", writePlan(`${WHOLE}variants:\n  mine: ${mine}\n`), ...options]);
    expect(await run.exited).toBe(2);
    expect(run.stderr).toMatch(
      new RegExp(`failed: it had \\d+ processes, and one server may have ${allowed} processes`),
    );
    expect(run.stderr.trim().split("\n")).toHaveLength(1);
    expect(processesWith("sleep 98773")).toEqual([]);
  },
);

test("a process that a build leaves behind is ended, and the server is measured", async () => {
  const mine = `{ command: "${command("none")}", build: ["sh", "-c", "setsid sleep 98774 &"] }`;
  const run = new LabProcess(["run", writePlan(`${WHOLE}variants:\n  mine: ${mine}\n`)]);
  expect(await run.exited, run.stderr).toBe(0);
  expect(processesWith("sleep 98774")).toEqual([]);
}, 90_000);

test("no process of a foreign server is left behind", () => {
  expect(processesWith("sleep 98771")).toEqual([]);
  // Another checkout may run the same tests.
  expect(processesWith(SERVER)).toEqual([]);
});

test("the output of a foreign server does not fill the disk", () => {
  expect(cellOf("chatty").status).toBe("ok");
  expect(readFileSync(join(lab.results, "latest", "chatty-8", "server.log")).length).toBeLessThan(2 ** 21);
});

test("a foreign server and a running target are measured in slices beside ours and one that dies", async () => {
  const target = createServer((socket) => socket.on("error", () => {}).pipe(socket)).listen(0, "127.0.0.1");
  await once(target, "listening");
  const { port } = target.address() as AddressInfo;
  const plan = `${HEAD}measure: slices\nrepeats: 1\nbudget: 30s\nload: { message: hello }\nvariants:\n  select:\n  epoll:\n`;
  const servers = [`mine=${command("none")}`, `bad=${command("dies")}`].flatMap((one) => ["--server", one]);
  const words = [...servers, "--target", `theirs=127.0.0.1:${port}`, "--only", "mine,theirs,bad,epoll"];
  const run = new LabProcess(["run", writePlan(plan), ...words]);
  expect(await run.exited, run.stderr).toBe(1);
  expect(run.stderr).toMatch(/: bad failed\. The server ended before it was told to, with exit code 7/);
  target.close();
  const mine = readCell(run.results, "mine-8-run-1");
  for (const { server } of mine.slices) expect(server.cpuUsPerMessage).toBeGreaterThan(0);
  const theirs = readCell(run.results, "theirs-8-run-1");
  expect(theirs).toMatchObject({ status: "ok", ledger: "client-only", evidence: { tree: null } });
  expect(theirs.slices.length).toBeGreaterThan(2);
  for (const { server } of theirs.slices)
    expect(server).toMatchObject({ cores: null, cpuUsPerMessage: null });
}, 90_000);

test.each([
  ["--server", "mine=./no-such {port}", "mine: there is no executable ./no-such in "],
  ["--server", "mine=no-such-echo {port}", "mine: there is no executable no-such-echo"],
  ["--server", "mine=./echo", "--server: mine: {port} is missing: the lab chooses the port"],
  ["--server", "epoll=./echo {port}", "--server: the name epoll is taken"],
  ["--server", "./echo", "--server: './echo' has no name and value"],
  ["--server", "mine=./echo '{port}", "--server: mine: a quote has no end"],
  ["--target", "mine=localhost", "--target: mine: 'localhost' is not an address"],
  ["--target", "mine=127.0.0.1:1", "mine: no server answers at 127.0.0.1:1 (ECONNREFUSED)"],
  ["--only", "none", "--only: the plan mine"],
])("%s '%s' is refused before the first cell with one sentence", async (option, value, sentence) => {
  expect(await refusal(["run", writePlan(`${WHOLE}variants:\n  epoll:\n`), option, value])).toContain(
    sentence,
  );
});
