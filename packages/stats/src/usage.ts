import type { Usage } from "@c10k-lab/protocol";

/** Returns the resources that this process has used since its start, ended threads included: getrusage(2). */
export function usageNow(): Usage {
  const usage = process.resourceUsage();
  return {
    userUs: usage.userCPUTime,
    systemUs: usage.systemCPUTime,
    voluntarySwitches: usage.voluntaryContextSwitches,
    involuntarySwitches: usage.involuntaryContextSwitches,
    maxRssKiB: usage.maxRSS,
  };
}
