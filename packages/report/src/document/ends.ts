import type { LabResults, Manifest } from "@c10k-lab/protocol";
import { describeTrouble, integer } from "@c10k-lab/words";
import { text } from "../text/markdown.ts";

/** Returns a quotation that tells why an experiment is not complete; empty where it is. */
export function describePartial({ manifest, repetitions }: LabResults): string {
  const { outcome, trouble, cellsPlanned, engine } = manifest;
  if (outcome === "complete" && repetitions.length >= cellsPlanned) return "";
  const { heading, reason } = outcome === "unfit-swarm" && engine === "remote" ? UNREACHED : ENDS[outcome];
  const measured = `${integer(repetitions.length)} of ${integer(cellsPlanned)} cells were measured`;
  return `> **${heading}:** ${measured}. ${text(trouble === null ? reason : describeTrouble(trouble))}`;
}

/** Returns a quotation that names the files which could not be read; empty where there is none. */
export function describeDamages({ damages }: LabResults): string {
  if (damages.length === 0) return "";
  return `> **Left out:** ${text(damages.map(({ file, fault }) => `${file} ${fault}`).join(". "))}.`;
}

/** The end `unfit-swarm` where there is no swarm, but a second machine. */
const UNREACHED = { heading: "Other machine not reached", reason: "The server's machine does not answer." };

const ENDS: Readonly<Record<Manifest["outcome"], { readonly heading: string; readonly reason: string }>> = {
  complete: { heading: "Partial", reason: "The others were measured, too, and can no longer be read." },
  running: { heading: "Partial", reason: "The lab was still at work, or was killed." },
  interrupted: { heading: "Partial", reason: "The experiment was interrupted." },
  "bad-plan": {
    heading: "Bad plan",
    reason: "A server or the client would not take an option of the plan.",
  },
  "no-engine": { heading: "No engine", reason: "No container engine answered." },
  "no-image": { heading: "No image", reason: "A container image was missing." },
  "engine-refused": {
    heading: "Partial, engine refused",
    reason: "The container engine would not do what it was asked.",
  },
  "unfit-swarm": { heading: "No fit swarm", reason: "The nodes of the swarm are not fit to measure on." },
  "engine-lost": { heading: "Partial, engine lost", reason: "The container engine went away." },
};
