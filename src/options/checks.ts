/**
 * Checks of single options. Each returns the value with its type, or throws what says why it will not do.
 *
 * @module
 */

import { describe } from "../errors.ts";
import { closestTo } from "../base/closest.ts";
import { isPrintable } from "../base/printable.ts";

const encoder = new TextEncoder();

/** A TypeError about an option of the user. */
export function wrongType(name: string, must: string, value: unknown): TypeError {
  return new TypeError(`Cannot join: "${name}" must be ${must}, got ${describe(value)}`);
}

/** A RangeError about an option of the user. */
export function outOfRange(name: string, must: string, value: unknown): RangeError {
  return new RangeError(`Cannot join: "${name}" must be ${must}, got ${describe(value)}`);
}

/** What a number must be. */
export interface NumberRules {
  readonly min: number;
  readonly max: number;
  /** `ms`, `bytes`: for the message. */
  readonly unit?: string;
  /** Whether fractions are refused. */
  readonly whole?: boolean;
}

/** A number within its bounds. Throws a TypeError where it is no number, a RangeError where it is out of bounds. */
export function checkNumber(name: string, value: unknown, rules: NumberRules): number {
  const unit = rules.unit === undefined ? "" : ` ${rules.unit}`;
  const kind = rules.whole === true ? "a whole number" : "a number";
  if (typeof value !== "number") throw wrongType(name, `${kind}${unit === "" ? "" : ` of${unit}`}`, value);
  const inside = value >= rules.min && value <= rules.max;
  if (!inside || (rules.whole === true && !Number.isInteger(value))) {
    throw outOfRange(name, `${kind} from ${rules.min} to ${rules.max}${unit}`, value);
  }
  return value;
}

/** `true` or `false`. Throws a TypeError for anything else. */
export function checkBoolean(name: string, value: unknown): boolean {
  if (typeof value !== "boolean") throw wrongType(name, "true or false", value);
  return value;
}

/** A string that is not empty, printable and not too long. Throws a TypeError or, where it is too long, a RangeError. */
export function checkText(name: string, value: unknown, maxBytes: number): string {
  if (typeof value !== "string") throw wrongType(name, "a string", value);
  if (value === "") throw new TypeError(`Cannot join: "${name}" must not be empty`);
  if (/\p{Surrogate}/u.test(value)) throw wrongType(name, "well-formed text, without half characters", value);
  if (!isPrintable(value)) throw wrongType(name, "text without control and format characters", value);
  const { length } = encoder.encode(value);
  if (length > maxBytes) {
    throw new RangeError(`Cannot join: "${name}" must be at most ${maxBytes} bytes long, got ${length} bytes`);
  }
  return value;
}

/** One of a few strings. Throws a TypeError for anything else. */
export function checkChoice<Choice extends string>(name: string, value: unknown, choices: readonly Choice[]): Choice {
  const found = choices.find((choice) => choice === value);
  if (found === undefined) throw wrongType(name, choices.map((choice) => `"${choice}"`).join(" or "), value);
  return found;
}

/**
 * Refuses a property that is none of `known`, because a misspelt option would silently do nothing.
 *
 * Throws a TypeError that names the closest one, where there is one.
 */
export function checkKnown(options: object, known: readonly string[]): void {
  for (const name of Object.keys(options)) {
    if (known.includes(name)) continue;
    const closest = closestTo(name, known);
    const hint = closest === undefined ? `known are ${known.join(", ")}` : `did you mean "${closest}"?`;
    throw new TypeError(`Cannot join: unknown option ${describe(name)}; ${hint}`);
  }
}
