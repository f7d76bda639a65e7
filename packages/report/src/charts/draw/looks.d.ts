export interface Look {
  readonly background: string;
  readonly text: string;
  /** Of axes and their labels. */
  readonly muted: string;
  readonly grid: string;
  readonly colours: readonly string[];
}

export const LOOKS: { readonly light: Look; readonly dark: Look };

export interface Mark {
  readonly colour: string;
  readonly symbol: string;
  readonly dash: "solid" | "dashed" | "dotted";
  /** In pixels, as is the width of the line. */
  readonly symbolSize: number;
  readonly lineWidth: number;
}

export function marksOf(variants: readonly string[], look: Look): ReadonlyMap<string, Mark>;
