import { exitWithUsage, onStopSignal, parseCommandLine } from "@c10k-lab/cli";
import { endServers } from "@c10k-lab/conformance/suite";
import { EXIT } from "@c10k-lab/protocol";
import { check } from "./check/check.ts";
import { CONFORMANCE } from "./contract.ts";

onStopSignal((signal) => {
  void endServers().then(() => process.exit(signal === "SIGINT" ? EXIT.interrupted : EXIT.terminated));
});
try {
  process.exitCode = await check(await parseCommandLine(CONFORMANCE, process.argv.slice(2)));
} catch (error) {
  exitWithUsage(CONFORMANCE.name, error);
}
