import { onStopSignal, parseCommandLine, type StopSignal, stopExitCode } from "@c10k-lab/cli";
import { EXIT } from "@c10k-lab/protocol";
import { type Life, live } from "./life.ts";
import { PROGRAM } from "./options.ts";
import { Progress } from "./progress.ts";
import { formatLives } from "./table.ts";

/** Lives of each server: a restart lies between them. */
const LIVES = 2;

const { minutes, servers } = await parseCommandLine(PROGRAM, process.argv.slice(2));
let stoppedBy: StopSignal | null = null;
onStopSignal((signal) => {
  stoppedBy = signal;
});

const lives: Life[] = [];
const lifeMs = (minutes * 60_000) / (servers.length * LIVES);
const progress = new Progress(servers.length * LIVES);
const isStopped = () => stoppedBy !== null;
try {
  for (let number = 0; number < LIVES; number++) {
    for (const server of servers) {
      if (isStopped()) break;
      progress.begin(server, lifeMs);
      lives.push(await live(server, lifeMs, { isStopped, look: (...seen) => progress.look(...seen) }));
    }
  }
} catch (error) {
  process.stderr.write(`soak: ${(error as Error).message}\n`);
  process.exitCode = EXIT.incomplete;
}
process.stdout.write(`${formatLives(lives)}\n`);
const mistakes = lives.flatMap((life) => life.mistakes.map((mistake) => `${life.server}: ${mistake}`));
for (const mistake of mistakes) process.stderr.write(`soak: ${mistake}\n`);
if (mistakes.length > 0 || lives.some(({ growths }) => growths.some(({ isLeak }) => isLeak))) {
  process.exitCode = EXIT.incomplete;
}
if (stoppedBy !== null) process.exitCode = stopExitCode(stoppedBy);
