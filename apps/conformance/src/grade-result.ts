import { z } from "zod";

const Evidence = z.object({
  observed: z.string(),
  sent: z.string().optional(),
  received: z.string().optional(),
  afterMs: z.number().optional(),
});

const Case = z.object({
  name: z.string(),
  demand: z.string(),
  level: z.enum(["course", "production"]),
  status: z.enum(["pass", "fail", "not applicable"]),
  durationMs: z.number(),
  reason: z.string().optional(),
  evidence: Evidence.optional(),
  hint: z.string().optional(),
});

/** Rate and cost of a submission under a short load. */
export const Measurement = z.object({
  messagesPerSecond: z.number(),
  /** CPU time of all its processes by verified echoes, µs; null without echoes. */
  cpuUsPerMessage: z.number().nullable(),
  connections: z.number(),
  completed: z.number(),
  p99Us: z.number().nullable(),
});
export type Measurement = z.infer<typeof Measurement>;

/** Outcome of a submission, as the judge in the sandbox prints it. */
export const Grade = z.object({
  status: z.enum(["graded", "unreadable", "does not build", "does not start", "late", "broken sandbox"]),
  /** Reason why it was not graded, or graded and not measured: one sentence; otherwise empty. */
  reason: z.string(),
  incidents: z.array(z.enum(["memory", "processes", "disk", "file-size", "cpu-time"])),
  cases: z.array(Case),
  measurement: Measurement.nullable(),
});
export type Grade = z.infer<typeof Grade>;

/** Orders for the judge. */
export const Orders = z.object({
  user: z.number().nullable(),
  hasOwnDisk: z.boolean(),
  command: z.string().optional(),
  level: z.enum(["course", "production"]),
  durationMs: z.number(),
  buildTimeoutMs: z.number(),
  memoryBytes: z.number(),
  diskBytes: z.number(),
  processes: z.number(),
});
export type Orders = z.infer<typeof Orders>;
