import { integer } from "@c10k-lab/words";

/** Returns 1234.5 as "1,235", 0.084 as "0.084". */
export function formatNumber(value: number): string {
  const size = Math.abs(value);
  return size > 0 && size < 100 ? String(Number(value.toPrecision(3))) : integer(value);
}

/** Returns 16 as "16 B", 65536 as "64 KiB". */
function formatBytes(value: number): string {
  if (value >= 2 ** 20) return `${formatNumber(value / 2 ** 20)} MiB`;
  return value >= 1024 ? `${formatNumber(value / 1024)} KiB` : `${formatNumber(value)} B`;
}

/** Returns 1 as "0 %", 10 as "90 %", 1000 as "99.9 %": the axis is 1 / (1 - share). */
export function formatPercentile(value: number): string {
  const percentile = 100 * (1 - 1 / value);
  const digits = Math.max(0, Math.ceil(Math.log10(value) - 2 - 1e-9));
  return `${percentile.toFixed(digits)} %`;
}

/** Formats of the labels of an axis, by name. */
export const FORMATS = { number: formatNumber, percentile: formatPercentile, bytes: formatBytes };
