import { spawnSync } from "node:child_process";
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readCsv } from "@c10k-lab/files";
import { processesWith } from "@c10k-lab/process";
import { mainOf, runApp, TestProgram, until } from "@c10k-lab/process/testing";
import { expect, test } from "vitest";
import { SOURCE } from "./fixtures/broken-server.ts";

const BUILD = "cc -O2 -o server server.c";
const GRADE_BOUND_MS = 280_000;
/** Time of a sleeper, which its command line shows. */
const NAP_S = 98_765;

const SUBMISSIONS: Readonly<Record<string, { command: string; build?: string }>> = {
  "a-stuck-build": { command: "./server none {port}", build: `echo still at it; sleep ${NAP_S}` },
  "b-no-build": { command: "./server none {port}", build: "cc -o server missing.c" },
  "c-bomb": { command: "bomb() { bomb | bomb & }; while :; do bomb; done; echo {port}" },
  "d-memory": { command: `perl -e 'my @a; push @a, q(x) x 10_000_000 while 1' {port}` },
  "e-disk": { command: "dd if=/dev/zero of=big bs=1M; dd if=/dev/zero of=/tmp/big bs=1M; sleep 1 {port}" },
  "f-large-file": { command: "./server none {port}", build: "truncate -s 64M big" },
  "g-hidden-memory": {
    // Pages of memfd_create(2) that no process maps are resident in none.
    command: `perl -e 'my $n = qx(uname -m) =~ /x86/ ? 319 : 279; my @f; for (1..12) { my $name = "x"; my $d = syscall($n, $name, 0); open(my $f, ">&=", $d); for (1..32) { syswrite $f, "x" x (1 << 20) } push @f, $f } sleep 60' {port}`,
  },
  "h-long-file": { command: "truncate -s 64M big #{port}" },
  "i-twice": { command: "dd if=/dev/zero of=fill bs=1M; exec ./server echoes-twice {port}", build: BUILD },
};

test(
  "each submission has a row and a page, also one that does not build, hangs, forks without end or fills its disk",
  async () => {
    const folder = mkdtempSync(join(tmpdir(), "c10k-grade-test-"));
    const folders = Object.entries(SUBMISSIONS).map(([name, file]) =>
      makeSubmission(join(folder, name), file),
    );
    const out = join(folder, "grades");
    const limits = ["--build-timeout", "5s", "--duration", "500ms", "--memory", "256MiB", "--disk", "32MiB"];
    const { code } = await runApp("lab", ["grade", ...folders, "--out", out, ...limits], GRADE_BOUND_MS);
    expect(code).toBe(0);
    const { rows } = await readCsv(join(out, "grades.csv"));
    expect(rows).toMatchObject(
      [
        { submission: "a-stuck-build", status: "does not build", reason: /5000 ms: still at it/ },
        { submission: "b-no-build", status: "does not build", reason: /missing\.c/ },
        { submission: "c-bomb", status: "does not start" },
        { submission: "d-memory", status: "does not start", limits_reached: "memory" },
        { submission: "e-disk", status: "does not start" },
        {
          submission: "f-large-file",
          status: "does not build",
          limits_reached: "file-size",
          reason: /SIGXFSZ: a file reached the largest size/,
        },
        { submission: "g-hidden-memory", status: "does not start", limits_reached: "memory" },
        {
          submission: "h-long-file",
          status: "does not start",
          reason: /SIGXFSZ/,
          limits_reached: "file-size",
        },
        {
          submission: "i-twice",
          status: "graded",
          failed_cases: "no-extra-bytes",
          messages_per_second: expect.stringMatching(/\d/),
        },
      ].map(({ reason, ...row }) => (reason ? { ...row, reason: expect.stringMatching(reason) } : row)),
    );
    for (const name of Object.keys(SUBMISSIONS)) {
      expect(readFileSync(join(out, `${name}.html`), "utf8")).toContain(`<h1>${name}</h1>`);
    }
    expect(Number(rows.at(-1)?.passed)).toBeGreaterThan(1);
    expect(processesWith(`sleep ${NAP_S}`)).toEqual([]);
  },
  GRADE_BOUND_MS,
);

test("a submission in a sandbox sees no other one, no grade and no network, and a mistake in its file is one sentence", async () => {
  const folder = mkdtempSync(join(tmpdir(), "c10k-grade-test-"));
  mkdirSync(join(folder, "open"));
  chmodSync(join(folder, "open"), 0o777);
  chmodSync(folder, 0o755);
  const out = join(folder, "grades");
  const tries = [
    // Which of two pipes is read last is chance.
    "exec 2>/dev/null",
    `cat ${folder}/b-yaml/server.yaml && exit 9`,
    `cat ${out}/grades.csv && exit 9`,
    `touch ${folder}/mark ${folder}/open/mark && exit 9`,
    `test -e ${folder}/open/mark && exit 9`,
    "unshare --user --map-root-user true && exit 9",
    "tail -n +3 /proc/net/dev | grep -v ' lo:' && exit 9",
    "echo nothing seen; exit 8; {port}",
  ];
  const folders = [
    makeSubmission(join(folder, "a-spy"), { command: tries.join("; ") }),
    makeSubmission(join(folder, "b-yaml"), { command: "" }),
    makeSubmission(join(folder, "c-none"), { command: "" }),
  ];
  writeFileSync(join(folder, "b-yaml/server.yaml"), "command: [\n");
  rmSync(join(folder, "c-none/server.yaml"));
  const nameless = makeSubmission(join(folder, "d-nameless"), { command: "" });
  writeFileSync(join(nameless, "server.yaml"), "build: make\n");
  const misnamed = makeSubmission(join(folder, "d-yml"), { command: "" });
  renameSync(join(misnamed, "server.yaml"), join(misnamed, "Server.yml"));
  const archive = join(folder, "e.zip");
  writeFileSync(archive, "");
  const words = ["grade", ...folders, nameless, misnamed, archive, "--out", out];
  const { code, stderr } = await runApp("lab", words, GRADE_BOUND_MS);
  expect(code).toBe(0);
  expect(stderr).toBe(`lab: ${archive} is left out: it is not a folder\n`);
  const { rows } = await readCsv(join(out, "grades.csv"));
  const [spy, yaml, none, command, yml, ...others] = rows;
  expect(others).toEqual([]);
  expect(command?.reason).toBe("server.yaml: there is no command");
  expect(yml?.reason).toBe("there is Server.yml in place of server.yaml: rename it");
  const seen = spy?.sandbox === "namespaces" ? "exit code 8; its last line: nothing seen" : "exit code 9";
  expect(spy).toMatchObject({ status: "does not start", reason: expect.stringContaining(seen) });
  expect(yaml).toMatchObject({ status: "unreadable", reason: expect.stringMatching(/^server\.yaml: .*\d$/) });
  expect(none?.reason).toBe("there is neither a server.yaml nor a Makefile");
}, 60_000);

test("a submission cannot bring the text of a file that it links to, or control characters, into the grades", async () => {
  const folder = mkdtempSync(join(tmpdir(), "c10k-grade-test-"));
  const out = join(folder, "grades");
  const secret = join(folder, "secret");
  writeFileSync(secret, "root:hash\n");
  const names = ["a-file-link", "b-folder-link", "c-large", "d-escapes", "e-long"];
  const [file = "", link = "", large = "", escapes = "", long = ""] = names.map((name) => join(folder, name));
  for (const name of [file, large, escapes, long]) makeSubmission(name, { command: "./server none {port}" });
  rmSync(join(file, "server.yaml"));
  symlinkSync(secret, join(file, "server.yaml"));
  symlinkSync(large, link);
  writeFileSync(join(large, "big"), Buffer.alloc(9 * 2 ** 20));
  makeServerFile(escapes, { command: "./server {port}", build: "printf '\\033[2J=1+1\\n' >&2; exit 1" });
  writeFileSync(join(long, "server.yaml"), `command: ${"x".repeat(70_000)}{port}\n`);
  const folders = [file, link, large, escapes, long];
  const run = await runApp("lab", ["grade", ...folders, "--out", out, "--disk", "8MiB"], GRADE_BOUND_MS);
  expect(run.code).toBe(0);
  const { rows } = await readCsv(join(out, "grades.csv"));
  const isCopied = rows[0]?.sandbox === "namespaces";
  expect(rows.map(({ status, reason }) => `${status}: ${reason}`)).toEqual([
    "unreadable: server.yaml is not a regular file",
    "unreadable: the folder is a symbolic link: give the folder itself",
    isCopied ? expect.stringMatching(/^unreadable: it cannot be copied: .*No space left/) : expect.anything(),
    "does not build: the build ended with exit code 1: \ufffd[2J=1+1",
    "unreadable: server.yaml has more than 65536 bytes",
  ]);
  expect(run.stdout).not.toContain("\u001b");
  for (const name of [...names.map((one) => `${one}.html`), "grades.csv"]) {
    expect(readFileSync(join(out, name), "utf8")).not.toContain("hash");
  }
}, 60_000);

test("a folder whose name begins with a dash is graded after --", async () => {
  const folder = mkdtempSync(join(tmpdir(), "c10k-grade-test-"));
  makeSubmission(join(folder, "-ada"), { command: "exit 3; {port}" });
  const args = ["grade", "--out", "grades", "--", "-ada"];
  const run = new TestProgram({ program: mainOf("lab"), args, cwd: folder });
  expect(await run.outcome()).toMatchObject({ code: 0 });
  const { rows } = await readCsv(join(folder, "grades/grades.csv"));
  expect(rows).toMatchObject([{ submission: "-ada", status: "does not start" }]);
}, 60_000);

test("the stage of a program that was killed is removed by the next one, and that of a running one is not", async () => {
  const folder = mkdtempSync(join(tmpdir(), "c10k-grade-test-"));
  const { pid: ended } = spawnSync("true");
  const [left, used] = [ended, process.pid].map((pid) => join(tmpdir(), `c10k-grade-${pid}-abcdef`));
  try {
    for (const stage of [left, used]) mkdirSync(join(stage ?? "", "work"), { recursive: true });
    mkdirSync(join(folder, "empty"));
    const { code } = await runApp("lab", ["grade", join(folder, "empty"), "--out", join(folder, "grades")]);
    expect(code).toBe(0);
    expect([left, used].map((stage) => existsSync(stage ?? ""))).toEqual([false, true]);
  } finally {
    rmSync(used ?? "", { recursive: true });
  }
}, 60_000);

test.each([
  ["SIGTERM", 143],
  ["SIGQUIT", 131],
  ["SIGALRM", 142],
  ["SIGKILL", null],
] as const)(
  "%s of the lab ends the grading with every process of the submission",
  async (signal, code) => {
    const folder = mkdtempSync(join(tmpdir(), "c10k-grade-test-"));
    const nap = "sleep 98776";
    const submission = makeSubmission(join(folder, "naps"), { command: "./server {port}", build: nap });
    const args = ["grade", submission, "--out", join(folder, "grades")];
    const run = new TestProgram({ program: mainOf("lab"), args });
    await until(() => processesWith(nap).length > 0, "the build runs", 40_000);
    run.signal(signal);
    expect(await run.outcome()).toMatchObject({ code });
    // The processes of a build do not end at the same moment as the program that graded.
    await until(() => [folder, nap].flatMap(processesWith).length === 0, "no process is left", 15_000);
  },
  90_000,
);

test("trial 12: submissions whose folders have the same name have a page and a row each", async () => {
  const folder = mkdtempSync(join(tmpdir(), "c10k-grade-test-"));
  const out = join(folder, "grades");
  const folders = ["a/x", "b/x", "c/x-2", "d/x"].map((name) => join(folder, name));
  for (const path of folders) mkdirSync(path, { recursive: true });
  expect((await runApp("lab", ["grade", ...folders, "--out", out])).code).toBe(0);
  const { rows } = await readCsv(join(out, "grades.csv"));
  const names = ["x", "x-3", "x-2", "x-4"];
  expect(rows.map(({ submission }) => submission)).toEqual(names);
  expect(readdirSync(out).toSorted()).toEqual([
    "grades.csv",
    ...names.map((name) => `${name}.html`).toSorted(),
  ]);
}, 60_000);

test("trial 19: a page that cannot be written is said before anything is graded", async () => {
  const folder = mkdtempSync(join(tmpdir(), "c10k-grade-test-"));
  const out = join(folder, "grades");
  const submission = makeSubmission(join(folder, "ada"), {
    command: "./server {port}",
    build: "touch /built",
  });
  mkdirSync(join(out, "ada.html"), { recursive: true });
  const { code, stdout, stderr } = await runApp("lab", ["grade", submission, "--out", out]);
  expect({ code, stdout }).toEqual({ code: 3, stdout: "" });
  expect(stderr).toMatch(/^lab: EISDIR[^\n]+\n$/);
  expect(readdirSync(out)).toEqual(["ada.html"]);
});

test("a folder that does not exist is wrong usage", async () => {
  const { code, stderr } = await runApp("lab", ["grade", "/nowhere"]);
  expect(code).toBe(2);
  expect(stderr).toMatch(/^lab: \/nowhere is not a folder\n$/);
});

function makeSubmission(folder: string, { command, build }: { command: string; build?: string }): string {
  mkdirSync(folder);
  copyFileSync(SOURCE, join(folder, "server.c"));
  makeServerFile(folder, { command, ...(build ? { build } : {}) });
  return folder;
}

function makeServerFile(folder: string, { command, build }: { command: string; build?: string }): void {
  const lines = [
    `command: ${JSON.stringify(command)}`,
    ...(build ? [`build: ${JSON.stringify(build)}`] : []),
  ];
  writeFileSync(join(folder, "server.yaml"), `${lines.join("\n")}\n`);
}
