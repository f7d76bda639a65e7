import { exitWithUsage, onStopSignal, parseCommandLine, stopExitCode } from "@c10k-lab/cli";
import { endServers } from "@c10k-lab/conformance/suite";
import { check } from "./check/check.ts";
import { CONFORMANCE } from "./contract.ts";

onStopSignal((signal) => {
  void endServers().then(() => process.exit(stopExitCode(signal)));
});
try {
  process.exitCode = await check(await parseCommandLine(CONFORMANCE, process.argv.slice(2)));
} catch (error) {
  exitWithUsage(CONFORMANCE.name, error);
}
