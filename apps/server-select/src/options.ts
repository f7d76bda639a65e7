import { integer, type OptionValues } from "@c10k-lab/cli";
import { posix } from "@c10k-lab/posix";
import { EVENT_SERVER_OPTIONS } from "@c10k-lab/server";

export const SELECT_OPTIONS = {
  ...EVENT_SERVER_OPTIONS,
  fdSetsize: integer({
    describe: "bits in an fd_set: a connection whose descriptor number is not below it is closed at once",
    default: String(posix.FD_SETSIZE),
    min: 64,
    max: 1_048_576,
    noun: "a size of an fd_set",
  }),
} as const;

export type SelectOptions = OptionValues<typeof SELECT_OPTIONS>;
