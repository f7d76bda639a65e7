import { chmodSync, existsSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { LabProcess, mainOf } from "@c10k-lab/process/testing";
import { RepetitionResult } from "@c10k-lab/protocol";
import { expect, test } from "vitest";

const DESCRIPTORS = 1500;
const CONNECTIONS = 2000;
/** Relative distance of a forecast from what happens, at most. */
const MOST_OFF = 0.1;
const SERVERS = ["threaded", "select", "poll", "epoll", "uring"];
/** Two clients, so that the descriptors of the server end the load and not theirs. */
const PLAN = `
question: How many connections does each server hold with few descriptors?
about: More connections than descriptors.
vary: connections
values: [${CONNECTIONS}]
measure: whole
repeats: 1
clients: [2]
cutoff: 20s
load: { message: hello, active: 10%, duration: 1s, timeout: 3s }
variants: { ${SERVERS.map((server) => `${server}: `).join(", ")} }
`;
/** A line of doctor, and the names of the limits. */
const FORECAST =
  /^(\w+) will hold about ([\d,]+) of 2,000 connections: (RLIMIT_NOFILE|--fd-setsize) ends them/gm;

test(`doctor's forecast of what each server will hold is within ${100 * MOST_OFF} % of what it holds`, async () => {
  const folder = mkdtempSync(join(tmpdir(), "c10k-forecast-"));
  const [plan, program] = [join(folder, "plan.yaml"), join(folder, "lab")];
  writeFileSync(plan, PLAN);
  const lab = `exec '${process.execPath}' '${mainOf("lab")}' "$@"`;
  writeFileSync(program, `#!/bin/sh\nulimit -n ${DESCRIPTORS}\n${lab}\n`);
  chmodSync(program, 0o755);
  const { stdout } = await new LabProcess(["doctor", plan], { program }).outcome();
  const forecasts = new Map(
    [...stdout.matchAll(FORECAST)].map(([, server = "", held = ""]) => [
      server,
      Number(held.replaceAll(",", "")),
    ]),
  );
  expect([...forecasts.keys()].toSorted(), stdout).toEqual(SERVERS.toSorted());
  const run = new LabProcess(["run", plan], { program });
  const { stderr } = await run.outcome(500_000);
  for (const { server, final } of readCells(join(run.results, "latest"))) {
    const forecast = forecasts.get(server) ?? 0;
    const held = final?.peak ?? 0;
    process.stdout.write(`${server}: forecast ${forecast}, held ${held}\n`);
    expect(Math.abs(forecast - held) / held, `${server}: ${stderr}`).toBeLessThanOrEqual(MOST_OFF);
    forecasts.delete(server);
  }
  expect([...forecasts.keys()]).toEqual([]);
}, 600_000);

function readCells(folder: string): RepetitionResult[] {
  return readdirSync(folder)
    .map((name) => join(folder, name, "cell.json"))
    .filter((file) => existsSync(file))
    .map((file) => RepetitionResult.parse(JSON.parse(readFileSync(file, "utf8"))));
}
