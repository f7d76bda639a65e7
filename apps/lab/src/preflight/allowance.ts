/** A limit and how much of it is taken. */
export interface Allowance {
  readonly limit: number;
  readonly used: number;
}

/** A limit of a control group. */
export interface GroupLimit extends Allowance {
  /** The file that sets it; null when none does. */
  readonly path: string | null;
}

/** Returns how much of a limit is free. */
export function left({ limit, used }: Allowance): number {
  return limit - used;
}
