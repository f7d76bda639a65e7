import { isMainThread, parentPort, workerData } from "node:worker_threads";
import { type OptionTable, type OptionValues, parseCommandLine } from "@c10k-lab/cli";
import { posix } from "@c10k-lab/posix";
import { EXIT } from "@c10k-lab/protocol";
import type { Architecture } from "./control-plane.ts";
import { type DataPlane, openDataPlane } from "./data-plane.ts";
import { SERVER_OPTIONS } from "./options.ts";

type AllOptions<T extends OptionTable> = OptionValues<typeof SERVER_OPTIONS & T>;

/** What an app states of itself. */
export interface ServerProgram<T extends OptionTable> extends Architecture {
  readonly describe: string;
  /** Options only this server has. */
  readonly options: T;
  readonly examples: readonly (readonly [string, string])[];
  /** The data plane: returns when it was told to stop and the last connection is closed. */
  serve(plane: DataPlane<AllOptions<T>>): void;
}

/**
 * Runs a server. The app's main module is loaded twice: in the main thread it becomes the control plane, in a worker
 * the data plane, which never returns to Node's event loop.
 *
 * @param main file name of the app's main module
 */
export async function runServer<T extends OptionTable>(
  main: string,
  program: ServerProgram<T>,
): Promise<void> {
  if (!isMainThread) {
    program.serve(openDataPlane<AllOptions<T>>(workerData, () => parentPort?.postMessage("ready")));
    return;
  }
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
  ) as AllOptions<T>;
  if (options.exitWithParent) posix.prctl_set_pdeathsig(posix.SIGTERM);
  const { ControlPlane } = await import("./control-plane.ts");
  try {
    process.exitCode = await new ControlPlane(program, options).run(main);
  } catch (error) {
    process.stderr.write(`server-${program.name}: ${(error as Error).message}\n`);
    process.exit(EXIT.incomplete);
  }
}

const EPILOGUE = `Every option is also read from the environment: --idle-timeout is ECHO_IDLE_TIMEOUT.
stdout has one JSON line when the server listens and one with its totals when it ends; words go to stderr.
SIGINT or SIGTERM: stop listening, let clients have their echoes, write every row, exit 0. A second one: now.
Exit codes: 0 all well, 1 it could not serve, 2 bad usage, 3 rows could not be written.`;
