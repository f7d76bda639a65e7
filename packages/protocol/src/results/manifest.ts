import { z } from "zod";
import { count } from "../count.ts";
import { ServerTraits } from "../programs/server-lines.ts";
import { Trouble } from "./facts.ts";

/** Ends of an experiment. */
export const RUN_OUTCOMES = [
  /** The experiment has not ended, or the lab was killed. */
  "running",
  "complete",
  "interrupted",
  /** A server or the client refused an option of the plan. */
  "bad-plan",
  /** No container engine answered, or it is on another network. */
  "no-engine",
  /** An image was missing or could not be built. */
  "no-image",
  /** The container engine refused a request. */
  "engine-refused",
  /** The container engine stopped answering. */
  "engine-lost",
  /** There is no swarm, or its nodes are not fit: too few, silent, or their clocks apart. */
  "unfit-swarm",
] as const;

/** A node of a swarm, or one of two machines, as it described itself before the first cell. */
export const SwarmNode = z.object({
  name: z.string(),
  side: z.enum(["server", "clients"]),
  address: z.string(),
  kernel: z.string(),
  cpu: z.string(),
  processors: count,
  memoryBytes: count,
  loadAverage: z.number(),
  /** Descriptors of one process; null for no limit. */
  fileDescriptors: z.number().nullable(),
  /** /proc/sys values by name, as text; absent in older results. */
  sysctls: z.record(z.string(), z.string()).optional(),
  /** Distance of its clock, ahead of that of the server's node; null for that node itself. */
  clock: z.object({ offsetMs: z.number(), errorMs: z.number() }).nullable(),
});
export type SwarmNode = z.infer<typeof SwarmNode>;

/** The line of docker/node-survey.mjs: a description of its node, or why it did not reach the server's node. */
export const SurveyLine = z.discriminatedUnion("event", [
  SwarmNode.omit({ name: true, side: true, address: true, clock: true }).extend({
    event: z.literal("surveyed"),
    /** Port at which it tells the time; absent where it asks for it. */
    port: z.number().optional(),
    /** Address from which it asks. */
    localAddress: z.string().optional(),
    offsetMs: z.number().optional(),
    errorMs: z.number().optional(),
  }),
  z.object({ event: z.literal("silent"), answer: z.string() }),
]);
type SurveyLine = z.infer<typeof SurveyLine>;
export type NodeSurvey = Extract<SurveyLine, { event: "surveyed" }>;

/** Plan, machine and software of an experiment. `manifest.json` */
export const Manifest = z.object({
  schema: z.literal("c10k-lab/manifest/2"),
  plan: z.string(),
  question: z.string(),
  /** Architectures of the plan, in the order that tables and colours use. */
  servers: z.array(
    z.object({ name: z.string(), /** null for a foreign server. */ traits: ServerTraits.nullable() }),
  ),
  /** Identifies the experiment. Containers carry it as a label. */
  experiment: z.string(),
  engine: z.enum(["process", "docker", "swarm", "remote"]),
  /** Ids of container images by app. */
  images: z.record(z.string(), z.string()).nullable(),
  startedAt: z.iso.datetime(),
  finishedAt: z.iso.datetime().nullable(),
  /** Cells in the folder are whole, whatever the outcome. */
  outcome: z.enum(RUN_OUTCOMES),
  /** The reason why it is not complete; null when it is, or was interrupted. */
  trouble: Trouble.nullable(),
  cellsPlanned: count,
  options: z.record(z.string(), z.unknown()),
  /** Words of the lab's command line, without --results; absent in older results. */
  command: z.array(z.string()).optional(),
  software: z.object({ version: z.string(), commit: z.string().nullable(), node: z.string() }),
  /** Machines on which the cells ran, where they are others than the lab's; empty where all ran on that one. */
  nodes: z.array(SwarmNode).default([]),
  /** The lab's machine. */
  machine: z.object({
    kernel: z.string(),
    cpu: z.string(),
    processors: count,
    memoryBytes: count,
    loadAverage: z.array(z.number()),
    fileDescriptors: z.number(),
    /** /proc/sys values by name, as text. */
    sysctls: z.record(z.string(), z.string()),
  }),
});
export type Manifest = z.infer<typeof Manifest>;
