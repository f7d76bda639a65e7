import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { findFreePort } from "@c10k-lab/process";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";

const ROOT = join(import.meta.dirname, "../..");
const PAGE = readFileSync(join(ROOT, "docs/tutorial.md"), "utf8");
/** Port of the page. The test uses a free one instead. */
const PAGE_PORT = "10000";
/** Parts of the checkout that `npm run` needs. Results are written to the folder of the test. */
const NEEDED = ["package.json", "apps", "packages", "tools", "node_modules"];
const OUTPUT_BOUND_MS = 30_000;
const COMMAND_BOUND_MS = 90_000;
const SECTION_BOUND_MS = 150_000;
const POLL_MS = 50;

/** Command of the page, typed into a terminal whose name is its prompt: empty for the reader's own. */
interface Step {
  readonly terminal: string;
  command: string;
  readonly output: string[];
}

interface Terminal {
  readonly child: ChildProcess;
  /** Output since the last step. */
  text: string;
}

function readSteps(section: string): Step[] {
  const lines = [...section.matchAll(/^```console\n(.*?)^```/gms)].flatMap(([, block = ""]) =>
    block.trimEnd().split("\n"),
  );
  const steps: Step[] = [];
  for (const line of lines) {
    const [, terminal, command] = /^(\w*)\$ (.*)$/.exec(line) ?? [];
    const last = steps.at(-1);
    if (terminal !== undefined && command !== undefined) steps.push({ terminal, command, output: [] });
    else if (last && line.startsWith("> ")) last.command += `\n${line.slice(2)}`;
    else last?.output.push(line);
  }
  return steps;
}

/** Returns the pattern of an output: … is any text of a line, and a line of … is any number of lines. */
function toPattern(output: readonly string[]): string {
  return output
    .map((line) => (line === "…" ? "(?:.*\n)*" : `${line.split("…").map(RegExp.escape).join(".*")}\n`))
    .join("");
}

let folder = "";
let port = "";
let environment: NodeJS.ProcessEnv = {};
const terminals = new Map<string, Terminal>();

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "c10k-tutorial-"));
  for (const name of NEEDED) symlinkSync(join(ROOT, name), join(folder, name));
  port = String(await findFreePort());
  environment = { ...process.env, ECHO_PORT: port, LOAD_PORT: port };
});

afterEach(async () => {
  for (const { child } of terminals.values()) await end(child, "SIGKILL");
  terminals.clear();
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Starts a command in a process group of its own, as a terminal does. */
function start(command: string): Terminal {
  const child = spawn("bash", ["-c", command], {
    cwd: folder,
    env: environment,
    detached: true,
    stdio: ["ignore", "pipe", "pipe"],
  });
  const terminal: Terminal = { child, text: "" };
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text: string) => {
      terminal.text += text.replaceAll(port, PAGE_PORT);
    });
  }
  return terminal;
}

async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const closed = once(child, "close");
  process.kill(-child.pid, signal);
  await closed;
}

/** Runs a command to its end and compares its stdout; stderr has progress, which a terminal would overwrite. */
function runToEnd({ command, output }: Step): void {
  const stdout = execFileSync("bash", ["-c", `${command}\n:`], {
    cwd: folder,
    env: environment,
    encoding: "utf8",
    timeout: COMMAND_BOUND_MS,
    stdio: ["ignore", "pipe", "pipe"],
  }).replaceAll(port, PAGE_PORT);
  expect(stdout, command).toMatch(new RegExp(`^${toPattern(output)}$`));
}

async function runInTerminal({ terminal: name, command, output }: Step): Promise<void> {
  if (command === "^C") {
    const { child } = terminals.get(name) as Terminal;
    await end(child, "SIGINT");
  } else {
    terminals.set(name, start(command));
  }
  const terminal = terminals.get(name) as Terminal;
  const pattern = new RegExp(`^${toPattern(output)}`, "m");
  const untilMs = performance.now() + OUTPUT_BOUND_MS;
  while (!pattern.test(terminal.text) && performance.now() < untilMs) await pause(POLL_MS);
  expect(terminal.text, `${name}$ ${command}`).toMatch(pattern);
  terminal.text = "";
}

function isInstalled(program: string): boolean {
  return (process.env.PATH ?? "").split(":").some((path) => existsSync(join(path, program)));
}

const sections = PAGE.split(/^## /m)
  .slice(1)
  .map((text) => ({ title: text.slice(0, text.indexOf("\n")), steps: readSteps(text) }))
  .filter(({ steps }) => steps.length > 0);

for (const { title, steps } of sections) {
  const needsStrace = steps.some(({ command }) => command.startsWith("strace "));
  const run = async () => {
    for (const step of steps) {
      if (step.terminal === "") runToEnd(step);
      else await runInTerminal(step);
    }
  };
  const name = `the commands of the tutorial print what it shows: ${title}`;
  if (needsStrace && !isInstalled("strace")) test.skip(`${name} [strace is not installed]`, run);
  else test(name, run, SECTION_BOUND_MS);
}

test("every command of the tutorial belongs to a section that is run", () => {
  const commands = PAGE.match(/^\w*\$ /gm) ?? [];
  expect(commands.length).toBeGreaterThan(20);
  expect(sections.flatMap(({ steps }) => steps)).toHaveLength(commands.length);
});
