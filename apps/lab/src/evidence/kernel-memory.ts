import { subtractCounts } from "@c10k-lab/stats";
import { SYSTEM_FILES, type TextFiles } from "../preflight/text-files.ts";

/** Amounts by name, KiB. */
type Amounts = Readonly<Record<string, number>>;

/** Kernel memory of the whole machine. */
export interface KernelMemory {
  /** Amounts of /proc/meminfo: objects of the kernel, page tables, stacks of threads. */
  readonly kinds: Amounts;
  /** Caches of /proc/slabinfo, which only root may read; empty for others. */
  readonly slabs: Amounts;
}

/** VmallocUsed is not among them: it has the stacks again. */
const KINDS = ["Slab", "PageTables", "KernelStack", "Percpu"];
const PAGE_KIB = 4;

export function readKernelMemory(files: TextFiles = SYSTEM_FILES): KernelMemory {
  const meminfo = files.read("/proc/meminfo") ?? "";
  const kinds = KINDS.map((kind): [string, number] => {
    return [kind, Number(new RegExp(`^${kind}:\\s+(\\d+) kB$`, "m").exec(meminfo)?.[1] ?? 0)];
  });
  return { kinds: Object.fromEntries(kinds), slabs: readSlabs(files.read("/proc/slabinfo") ?? "") };
}

/** Returns what has been added since, KiB; caches of less than a hundredth of all of them are left out. */
export function kernelMemorySince(before: KernelMemory, now: KernelMemory): KernelMemory {
  const kinds = subtractCounts(now.kinds, before.kinds);
  const slabs = Object.entries(subtractCounts(now.slabs, before.slabs));
  const least = Math.max(1, (kinds.Slab ?? 0) / 100);
  return { kinds, slabs: Object.fromEntries(slabs.filter(([, kib]) => kib >= least)) };
}

/** Reads lines "name active_objs num_objs objsize objperslab pagesperslab : tunables … : slabdata active_slabs num_slabs …". */
function readSlabs(text: string): Amounts {
  const rows = text.split("\n").flatMap((line): [string, number][] => {
    const [, name = "", pages = 0, slabs = 0] =
      /^(\S+) .*?(\d+) : tunables .* : slabdata +\d+ +(\d+)/.exec(line) ?? [];
    return name === "" ? [] : [[name, Number(pages) * Number(slabs) * PAGE_KIB]];
  });
  return Object.fromEntries(rows);
}
