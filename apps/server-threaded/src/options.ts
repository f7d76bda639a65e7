import { bytes, type OptionValues } from "@c10k-lab/cli";

export const THREAD_OPTIONS = {
  stackSizeBytes: bytes({
    describe: "stack of a connection's thread",
    default: "64KiB",
    min: 32 * 1024,
    max: 2 ** 30,
    noun: "a stack size",
  }),
} as const;

export type ThreadOptions = OptionValues<typeof THREAD_OPTIONS>;
