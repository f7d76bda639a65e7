import { parseCommandLine } from "@c10k-lab/cli";
import { endWithParent } from "@c10k-lab/posix";
import { EXIT } from "@c10k-lab/protocol/names";
import type { ServerContract } from "./contract.ts";
import type { Architecture } from "./control-plane/control-plane.ts";

/** Runs a server until it ends: this thread is the control plane, a worker thread the data plane. Sets the exit code. */
export async function runServer(contract: ServerContract, architecture: Architecture): Promise<void> {
  const options = await parseCommandLine(contract, process.argv.slice(2));
  if (options.exitWithParent) endWithParent();
  // Loaded after the command line is parsed, so that --help and usage errors stay fast.
  const { ControlPlane } = await import("./control-plane/control-plane.ts");
  try {
    // Host names that are still looked up would keep the process alive as long as the name server is silent.
    process.exit(await new ControlPlane(contract, architecture, options).run());
  } catch (error) {
    process.stderr.write(`${contract.name}: ${(error as Error).message}\n`);
    process.exit(EXIT.incomplete);
  }
}
