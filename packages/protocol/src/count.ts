import { z } from "zod";

/** Schema of a number of things: a whole one, 0 or more. */
export const count = z.number().int().nonnegative();
