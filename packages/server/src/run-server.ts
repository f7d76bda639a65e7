import { type OptionTable, parseCommandLine } from "@c10k-lab/cli";
import { posix } from "@c10k-lab/posix";
import { EXIT } from "@c10k-lab/protocol/names";
import type { Architecture } from "./control-plane/control-plane.ts";
import { SERVER_OPTIONS } from "./options.ts";

/** What an app states of itself. */
export interface ServerProgram extends Architecture {
  readonly describe: string;
  /** Options only this server has. */
  readonly options: OptionTable;
  readonly examples: readonly (readonly [string, string])[];
}

/** Runs a server: this thread becomes its control plane and starts the data plane in a worker. */
export async function runServer(program: ServerProgram): Promise<void> {
  const options = parseCommandLine(
    {
      name: `server-${program.name}`,
      describe: program.describe,
      options: { ...SERVER_OPTIONS, ...program.options },
      envPrefix: "ECHO",
      examples: program.examples,
      epilogue: EPILOGUE,
    },
    process.argv.slice(2),
  );
  if (options.exitWithParent) posix.prctl_set_pdeathsig(posix.SIGTERM);
  // Now: a mistake on the command line is told without loading what serving takes.
  const { ControlPlane } = await import("./control-plane/control-plane.ts");
  try {
    process.exitCode = await new ControlPlane(program, options).run();
  } catch (error) {
    process.stderr.write(`server-${program.name}: ${(error as Error).message}\n`);
    process.exit(EXIT.incomplete);
  }
}

const EPILOGUE = `Every option is also read from the environment: --idle-timeout is ECHO_IDLE_TIMEOUT.
stdout has one JSON line when the server listens and one with its totals when it ends; words go to stderr.
SIGINT or SIGTERM: stop listening, let clients have their echoes, write every row, exit 0. A second one: now.
Exit codes: 0 all well, 1 it could not serve, 2 bad usage, 3 rows could not be written.`;
