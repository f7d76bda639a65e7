import { bytes, choice, durationMs, flag, integer, text } from "@c10k-lab/cli";
import { LEVELS } from "@c10k-lab/conformance/levels";

const level = choice(LEVELS, {
  describe: "course: what a first echo server must do; production: what a service must do as well",
  default: "course",
});

/** Command line of the conformance suite. */
export const CONFORMANCE = {
  name: "conformance",
  describe: "Tests an echo server as a black box: each case has a demand, a verdict, evidence and a hint.",
  envPrefix: "CONFORMANCE",
  options: {
    command: text({
      describe: "shell command that starts the server; {port} stands for the port",
      excludes: ["target"],
    }),
    target: text({ describe: "HOST:PORT of a server that runs already" }),
    cwd: text({ describe: "folder in which the command runs" }),
    port: integer({
      describe: "port of a command without {port} [default: any free port]",
      min: 1,
      max: 65_535,
      noun: "a port",
      excludes: ["target"],
    }),
    level,
    only: text({ describe: "cases to run, separated by commas, without those they require" }),
    startTimeoutMs: durationMs({ describe: "longest time until the server listens", default: "15s" }),
    junit: text({ describe: "JUnit XML file to write", isFileToWrite: true }),
    json: text({ describe: "JSON file to write", isFileToWrite: true }),
    list: flag("print the cases and run none"),
  },
  examples: [
    ["npm run conformance -- --command './echo {port}'", "a server for each case"],
    ["npm run conformance -- --target 192.0.2.7:7", "a server that runs already"],
    ["npm run conformance -- --command './echo {port}' --only accept-burst", "one case"],
  ],
  epilogue:
    "Exit codes: 0 no case failed, 1 a case failed, 2 bad usage, 3 results could not be written, 130 or 143 interrupted.",
} as const;

/** The command `grade`, which the lab offers. */
export const GRADE = {
  usage: "grade <submissions..>",
  describe:
    "build, test and measure many servers, each in a sandbox of its own: one page and one CSV row each",
  arguments: [
    { name: "submissions", describe: "folders, each with a server.yaml (command, build) or a Makefile" },
  ],
  options: {
    command: text({ describe: "command of folders without a server.yaml; {port} stands for the port" }),
    level,
    out: text({ describe: "folder for grades.csv and the pages", default: "grades" }),
    durationMs: durationMs({ describe: "time of the measurement", default: "3s", min: 100 }),
    buildTimeoutMs: durationMs({ describe: "longest time of a build", default: "60s", min: 1000 }),
    timeoutMs: durationMs({ describe: "longest time of a submission", default: "10m", min: 1000 }),
    memoryBytes: bytes({ describe: "resident memory of all its processes", default: "1GiB", min: 2 ** 20 }),
    diskBytes: bytes({ describe: "size of its files", default: "256MiB", min: 2 ** 20 }),
    processes: integer({ describe: "processes and threads", default: "512", min: 1 }),
  },
  examples: [
    ["npm run lab -- grade submissions/*", "each folder has a server.yaml"],
    ["npm run lab -- grade submissions/* --command './echo {port}'", "each folder has a Makefile"],
  ],
} as const;
