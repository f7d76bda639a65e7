import type { Doubt, FindingQuantity } from "@c10k-lab/protocol";
import { expect, test } from "vitest";
import { canExplain } from "../../src/findings/doubt-weight.ts";

const ELEVENFOLD = { effect: 11, low: 9, high: 13 };
const TENTH_MORE = { effect: 1.1, low: 1.04, high: 1.16 };
const TENTH_LESS = { effect: 1 / 1.1, low: 1 / 1.16, high: 1 / 1.04 };
const NO_EFFECT = { effect: 1.02, low: 0.9, high: 1.1 };

const stolen: Doubt = { reason: "stolen", percent: 5 };
const busy: Doubt = { reason: "busy-host", percent: 30 };
const lag: Doubt = { reason: "loop-lag", turnP99Us: 600, responseP99Us: 1000 };
const overflow: Doubt = { reason: "listen-overflow", times: 1 };

test.each([
  { doubt: stolen, quantity: "wall-time", effect: ELEVENFOLD, can: false },
  { doubt: stolen, quantity: "wall-time", effect: TENTH_MORE, can: true },
  { doubt: stolen, quantity: "wall-time", effect: TENTH_LESS, can: true },
  { doubt: busy, quantity: "rate", effect: ELEVENFOLD, can: false },
  { doubt: busy, quantity: "rate", effect: TENTH_MORE, can: true },
  // A short burst makes any p99.
  { doubt: stolen, quantity: "p99", effect: ELEVENFOLD, can: true },
  // 0.6 of 1 ms were the client's: 2.5 times as much, and not 9 times.
  { doubt: lag, quantity: "p99", effect: ELEVENFOLD, can: false },
  { doubt: lag, quantity: "p99", effect: TENTH_MORE, can: true },
  { doubt: overflow, quantity: "p99", effect: ELEVENFOLD, can: true },
  { doubt: stolen, quantity: "cost", effect: NO_EFFECT, can: true },
  { doubt: { reason: "busy-host", percent: 130 }, quantity: "rate", effect: ELEVENFOLD, can: true },
] satisfies { doubt: Doubt; quantity: FindingQuantity; effect: typeof NO_EFFECT; can: boolean }[])(
  "$doubt.reason explains a $quantity of $effect.effect: $can",
  ({ doubt, quantity, effect, can }) => {
    expect(canExplain(doubt, quantity, effect)).toBe(can);
  },
);
