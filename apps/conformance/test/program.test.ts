import { mkdtempSync, readdirSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { BLACK_BOX_CASES, CommandServer } from "@c10k-lab/conformance/suite";
import { defaultLimits, processesWith } from "@c10k-lab/process";
import { mainOf, runApp, TestProgram, until } from "@c10k-lab/process/testing";
import { expect, test } from "vitest";
import { compileBrokenServer } from "./fixtures/broken-server.ts";

const binary = compileBrokenServer();
const commandOf = (fault: string) => `exec ${binary} ${fault} {port}`;

test("a failed case is in the table, in JSON and in JUnit XML with evidence and hint, and the exit code is 1", async () => {
  const folder = mkdtempSync(join(tmpdir(), "c10k-conformance-"));
  const files = ["--json", join(folder, "r.json"), "--junit", join(folder, "r.xml")];
  const words = ["--command", commandOf("drops-last-byte"), "--only", "listens,whole-line", ...files];
  const { code, stdout } = await runApp("conformance", words);
  expect(code).toBe(1);
  expect(stdout).toMatch(/FAIL whole-line\n {2}demand: .*\n {2}seen: only 12 of 13 bytes came back\n/);
  expect(stdout).toContain("1 passed, 1 failed, 0 not applicable");
  const { schema, cases } = JSON.parse(readFileSync(join(folder, "r.json"), "utf8"));
  expect(schema).toBe("c10k-lab/conformance/1");
  expect(cases).toMatchObject([
    { name: "listens", status: "pass" },
    {
      name: "whole-line",
      status: "fail",
      evidence: { sent: '"hello, world\\n"', received: '"hello, world"', afterMs: expect.any(Number) },
    },
  ]);
  const xml = readFileSync(join(folder, "r.xml"), "utf8");
  expect(xml).toContain('tests="2" failures="1" errors="0" skipped="0"');
  expect(xml).toContain('<failure message="only 12 of 13 bytes came back">');
});

test("a case that looks at processes is not applicable to a running target, and the others pass", async () => {
  await using server = await CommandServer.start({ command: commandOf("none"), startBoundMs: 15_000 });
  const target = `127.0.0.1:${server.port}`;
  const { code, stdout } = await runApp("conformance", [
    "--target",
    target,
    "--only",
    "two-clients,descriptors",
  ]);
  expect(code).toBe(0);
  expect(stdout).toMatch(/descriptors .*not applicable: needs a look at the server's processes/);
  expect(stdout).toContain("1 passed, 0 failed, 1 not applicable");
});

test("memory that forked processes share counts once", async () => {
  const lines = [
    'my $x = "x" x (40 << 20)',
    "for (1..4) { fork or do { sleep 60; exit } }",
    "my $l = IO::Socket::INET->new(LocalPort => shift, Listen => 5)",
    "sleep 60",
  ];
  const command = `exec perl -MIO::Socket::INET -e '${lines.join("; ")}' {port}`;
  await using server = await CommandServer.start({ command, startBoundMs: 15_000 });
  await until(() => server.processes.pids.length === 5, "all have been forked", 10_000);
  expect(server.processes.rssKiB()).toBeGreaterThan(5 * 40 * 1024);
  expect(server.processes.pssKiB()).toBeLessThan(server.processes.rssKiB() / 3);
  expect(server.processes.pssKiB()).toBeGreaterThan(40 * 1024);
}, 30_000);

test("a command that ends at once fails with its exit code and its last line", async () => {
  const { code, stdout } = await runApp("conformance", ["--command", "echo no luck {port}; exit 3"]);
  expect(code).toBe(1);
  expect(stdout).toMatch(
    /seen: the command ended before it listened: exit code 3; its last line: no luck \d+\n {2}usual cause: the program is missing/,
  );
  expect(stdout).toContain("not applicable: listens did not pass");
});

test("the exit of a server beyond a limit names the limit at once, not the SIGKILL that enforced it", async () => {
  const exits: unknown[] = [];
  const forks = "( sleep 1; for at in 1 2 3 4 5 6 7 8; do sleep 98775 & done; wait )";
  await using server: CommandServer = await CommandServer.start({
    command: `${forks} & ${commandOf("none")}`,
    startBoundMs: 15_000,
    limits: { ...defaultLimits(), processes: 4 },
    onEnd: () => exits.push(server.exit),
  });
  await until(() => exits.length > 0, "the server is killed", 20_000);
  expect(exits).toEqual([
    expect.stringMatching(/^SIGKILL: it had \d+ processes, and one server may have 4$/),
  ]);
}, 40_000);

test("bytes and lines that a terminal would obey are shown as text", async () => {
  const script =
    "require('net').createServer((s)=>s.on('data',()=>s.write('\\x9b2J\\x00\\\"\\n','latin1'))).listen(+process.argv[1])";
  const command = `exec '${process.execPath}' -e "${script}" {port}`;
  const { stdout } = await runApp("conformance", ["--command", command, "--only", "whole-line"]);
  expect(stdout).toContain(String.raw`came back: "\x9b2J\x00\"\n"`);
  const red = await runApp("conformance", ["--command", "printf '\\033[31mred\\n'; exit 3; {port}"]);
  expect(red.stdout).toContain("its last line: \ufffd[31mred\n");
});

test.each([
  [
    "dies-after-100",
    "byte-by-byte",
    /seen: .*; the server ended with exit code 7\n.*usual cause: the server itself ended/s,
  ],
  [
    "has-four-workers",
    "own-bytes",
    /client 5 of 25.*usual cause: an array or a pool of threads or processes/s,
  ],
  [
    "counts-to-1000-clients",
    "visitors",
    /visitor 1001 of 1200.*usual cause: places of clients who have left/s,
  ],
  ["never-answers", "whole-line", /only 0 of 13 bytes.*usual cause: the server does not call accept\(2\)/s],
  ["fills-a-file", "next-client", /SIGXFSZ: a file reached.*usual cause: the server takes more and more of/s],
  // It ends when its clients leave, after the failure.
  [
    "blocks-and-dies",
    "slow-reader",
    /seen: .*: only 0 of 47 bytes came back\n.*usual cause: a blocking send/s,
  ],
  ["keeps-output", "own-bytes", /bytes of one that had left.*usual cause: output that was pending for/s],
  ["changes-a-byte", "sizes", /seen: byte \d+ of \d+ is 0x.*usual cause: bytes are changed/s],
])("the usual cause of a server that %s is not the one of the case %s", async (fault, only, sentences) => {
  const { code, stdout } = await runApp("conformance", ["--command", commandOf(fault), "--only", only]);
  expect(code).toBe(1);
  expect(stdout).toMatch(sentences);
});

test("memory that a server keeps of each client who has left is a failure with the number of visitors", async () => {
  const words = ["--command", commandOf("leaks-with-each-client"), "--only", "visitor-memory"];
  const { code, stdout } = await runApp("conformance", words);
  expect(code).toBe(1);
  expect(stdout).toMatch(/its memory grew by 5\d\d\.\d MiB over [45]000 visitors/);
});

test("a case whose server does not start has the hint of a start, not its own, and names the signal", async () => {
  const words = ["--command", "sh -c 'kill -XFSZ $$'; exit $?; {port}", "--only", "accept-burst"];
  const { code, stdout } = await runApp("conformance", words);
  expect(code).toBe(1);
  expect(stdout).toMatch(
    /ended before it listened: exit code 153 \(SIGXFSZ: a file reached the largest size/,
  );
  expect(stdout).toMatch(/usual cause: the program is missing or not built, or it fails before listen\(2\)/);
});

test.each([["SIGKILL"], ["SIGTERM"], ["SIGINT"]] as const)(
  "after %s of the program no process of its server is left, also of one that ignores SIGTERM and a daemon without environment",
  async (signal) => {
    const nap = `sleep 9871${process.pid}${signal.length}${signal.codePointAt(3)}`;
    const daemons = `setsid env -i ${nap} & trap '' TERM INT; setsid sh -c '${nap} & ${nap}; true' &`;
    const program = new TestProgram({
      program: mainOf("conformance"),
      args: ["--command", `${daemons} ${binary} none {port}`, "--only", "idle-quiet"],
    });
    try {
      await until(() => processesWith(nap).length >= 3, "the server runs with its daemons", 30_000);
      program.signal(signal);
      await program.outcome();
      await until(() => processesWith(nap).length === 0, "no process is left", 15_000);
      expect(processesWith(`${binary} none`)).toEqual([]);
    } finally {
      program.signal("SIGKILL");
    }
  },
);

test("a daemon whose command ends before it listens is tested, and one that listens on ::1 alone", async () => {
  const daemon = `( sleep 0.3; exec setsid ${binary} none {port} ) & exit 0`;
  const { code, stdout } = await runApp("conformance", ["--command", daemon, "--only", "listens,whole-line"]);
  expect(stdout).toContain("2 passed, 0 failed");
  expect(code).toBe(0);
  const script = "require('net').createServer((s)=>s.pipe(s)).listen(+process.argv[1],'::1')";
  await using server = await CommandServer.start({
    command: `exec '${process.execPath}' -e "${script}" {port}`,
    startBoundMs: 15_000,
  });
  expect(server.host).toBe("::1");
});

test("a case that needs options of this project is listed with them", async () => {
  const { code, stdout } = await runApp("conformance", ["--list", "--level", "production"]);
  expect(code).toBe(0);
  expect(stdout).toMatch(/^accept-burst \(course\)\n {2}The server serves all of 20/m);
  expect(stdout).toMatch(/^limits \(production; needs --max-connections, --idle-timeout\)$/m);
});

test("docs/conformance.md names every case with its level and demand", () => {
  const page = readFileSync(join(import.meta.dirname, "../../../docs/conformance.md"), "utf8");
  const rows = page.split("\n").map((line) => line.split("|").map((cell) => cell.trim()));
  for (const { name, level, demand } of BLACK_BOX_CASES)
    expect(rows).toContainEqual(["", `\`${name}\``, level, demand, ""]);
});

test.each([
  [[], /give --command or --target/],
  [["--command", "./echo"], /has no \{port\}/],
  [["--target", "here"], /'here' is not HOST:PORT/],
  [["--command", "x {port}", "--target", "a:1"], /exclude each other/],
  [["--command", "x {port}", "--cwd", "/nowhere"], /--cwd: \/nowhere is not a folder/],
  [["--command", "x {port}", "--only", "nothing"], /there is no case 'nothing'/],
])("for the arguments %j the program prints one sentence and exits 2", async (words, sentence) => {
  const { code, stderr } = await runApp("conformance", words);
  expect(code).toBe(2);
  expect(stderr).toMatch(/^conformance: [^\n]+\n$/);
  expect(stderr).toMatch(sentence);
});

test.each(["--json", "--junit"])(
  "%s that cannot be written is said before the first case runs",
  async (option) => {
    const folder = mkdtempSync(join(tmpdir(), "c10k-conformance-"));
    const words = ["--command", `touch ${folder}/started; exec sleep 5 # {port}`, option, folder];
    const { code, stdout, stderr } = await runApp("conformance", words);
    expect({ code, stdout }).toEqual({ code: 3, stdout: "" });
    expect(stderr).toMatch(/^conformance: results cannot be written: EISDIR[^\n]+\n$/);
    expect(readdirSync(folder)).toEqual([]);
  },
);
