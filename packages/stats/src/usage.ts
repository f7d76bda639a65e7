import type { Usage } from "@c10k-lab/protocol";

/** What this process has used since it began, ended threads included: getrusage(2). */
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
