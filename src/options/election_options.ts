/**
 * What the user says of a named election.
 *
 * @module
 */

import type { ContestTerms } from "../core/input.ts";
import { isPrintable } from "../base/printable.ts";
import { describe } from "../errors.ts";
import { BOUNDS } from "../limits.ts";
import { checkBoolean, checkChoice, checkKnown, checkNumber, wrongType } from "./checks.ts";

/** How a member stands in a named election. Members should say the same. */
export interface ElectionOptions {
  /**
   * Who comes first: `"spread"` for a member that is another for each election, so that many elections fall evenly on the members, or
   * `"weight"` for the heaviest.
   *
   * @default "spread"
   */
  readonly rank?: "spread" | "weight";
  /**
   * Whether the lead moves to the member that comes first, once that has been healthy for two timeouts; `false`: a leader stays.
   *
   * @default true
   */
  readonly rebalance?: boolean;
  /**
   * ms after an election before `lead` and `whileLeading` begin their work, for resources that cannot check tokens.
   *
   * @default 0
   */
  readonly settle?: number;
}

/** The same, checked; `settle` is ms. */
export type ElectionTerms = ContestTerms & { readonly settle: number };

/** Every option; the compiler wants each of them here. */
const OPTION_NAMES: { readonly [Name in keyof Required<ElectionOptions>]: true } = {
  rank: true,
  rebalance: true,
  settle: true,
};

const encoder = new TextEncoder();

/**
 * Checks the name of an election.
 *
 * @param name As the user gave it.
 * @returns The same.
 * @throws TypeError Where it is no text, empty or not printable; RangeError where it is longer than 64 bytes of UTF-8.
 */
export function checkElectionName(name: unknown): string {
  if (typeof name !== "string") throw new TypeError(`The name of an election must be a string, got ${describe(name)}`);
  if (name === "" || !isPrintable(name)) {
    throw new TypeError(
      `The name of an election must not be empty, nor have control or format characters, got ${describe(name)}`,
    );
  }
  const { length } = encoder.encode(name);
  if (length <= BOUNDS.maxElectionBytes) return name;
  throw new RangeError(
    `The name of an election must be at most ${BOUNDS.maxElectionBytes} bytes, got ${length}: ${describe(name)}`,
  );
}

/** Reads what the user says of an election. Throws a TypeError or a RangeError that names the option. */
export function readElectionOptions(options: ElectionOptions): ElectionTerms {
  if (typeof options !== "object" || options === null) throw wrongType("options", "an object", options);
  checkKnown(options, Object.keys(OPTION_NAMES));
  const { rank = "spread", rebalance = true, settle } = options;
  return {
    byWeight: checkChoice("rank", rank, ["spread", "weight"]) === "weight",
    rebalances: checkBoolean("rebalance", rebalance),
    settle: readSettle(settle),
  };
}

/** Reads `settle`, in ms. */
export function readSettle(value: unknown = 0): number {
  return checkNumber("settle", value, { min: 0, max: BOUNDS.maxTimeout, unit: "ms" });
}
