import { readFileSync } from "node:fs";
import { hostname } from "node:os";
import { identityOf } from "./labels.ts";

/** Labels of what a lab starts on an engine that other machines use too: the lab's process, and where that runs. */
const LAB_LABEL = "c10k-lab.lab";
const HOST_LABEL = "c10k-lab.host";
const BOOT_LABEL = "c10k-lab.boot";

type Labels = Readonly<Record<string, string>>;

export function originLabels(): Labels {
  return { [LAB_LABEL]: identityOf(process.pid), [HOST_LABEL]: hostname(), [BOOT_LABEL]: bootId() };
}

/** Returns whether the labels are those of a lab of this machine that has ended. */
export function isOrphan(labels: Labels): boolean {
  if (labels[HOST_LABEL] !== hostname()) return false;
  const lab = labels[LAB_LABEL] ?? "";
  return labels[BOOT_LABEL] !== bootId() || identityOf(Number(lab.split(".")[0])) !== lab;
}

/** Returns what tells this start of the machine from others. */
function bootId(): string {
  return readFileSync("/proc/sys/kernel/random/boot_id", "latin1").trim();
}
