import { bytes, type Given, integer, type OptionValues, readAt } from "@c10k-lab/cli";
import { type CommandLimits, defaultLimits } from "@c10k-lab/process";

/** Limits of a server that the lab starts: keys of a plan, and options for the servers of a command line. */
export const LIMITS = {
  processLimit: integer({
    describe: "most processes of a server of your own [default: 4,096, or the plan's]",
    min: 1,
    max: 1_000_000,
    noun: "a number of processes",
  }),
  memoryLimitBytes: bytes({
    describe: "most memory of all its processes together [default: half of the machine's, or the plan's]",
    min: 2 ** 20,
  }),
  diskLimitBytes: bytes({
    describe: "most space that it takes on a file system [default: half of what is free, or the plan's]",
    min: 2 ** 20,
  }),
} as const;

export type GivenLimits = Partial<OptionValues<typeof LIMITS>>;

/** Reads the limits of a plan's server. @throws UsageError that begins with the place of the mistake */
export function readLimits(given: { readonly [K in keyof typeof LIMITS]?: Given }): CommandLimits {
  const read = (name: keyof typeof LIMITS) => {
    const one = given[name];
    return one && readAt(one.place, () => LIMITS[name].parse(one.text));
  };
  return changeLimits(defaultLimits(), {
    processLimit: read("processLimit"),
    memoryLimitBytes: read("memoryLimitBytes"),
    diskLimitBytes: read("diskLimitBytes"),
  });
}

/** Returns the limits with those that are given in place of the others. */
export function changeLimits(limits: CommandLimits, given: GivenLimits): CommandLimits {
  return {
    processes: given.processLimit ?? limits.processes,
    memoryBytes: given.memoryLimitBytes ?? limits.memoryBytes,
    diskBytes: given.diskLimitBytes ?? limits.diskBytes,
  };
}
