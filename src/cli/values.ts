/**
 * Values as people write them in flags, variables and files.
 *
 * @module
 */

import { UsageError } from "./usage_error.ts";

const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };

/** ms, out of `500`, `500ms`, `10s`, `1m30s` or `1.5h`, as Go's flags have them. */
export function parseDuration(text: string, label: string): number {
  if (/^\d+(\.\d+)?$/u.test(text)) return Number(text);
  if (!/^(\d+(\.\d+)?(ms|s|m|h))+$/u.test(text)) {
    throw new UsageError(`${label} must be a duration like 500ms, 10s or 1m30s, or a number of ms, got "${text}"`);
  }
  const parts = text.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h)/gu);
  return Array.from(parts, ([, digits, unit]) => Number(digits) * (UNITS[unit ?? ""] ?? 0)).reduce((a, b) => a + b);
}

/** A number in decimal notation. */
export function parseNumber(text: string, label: string): number {
  const value = Number(text);
  if (text.trim() === "" || Number.isNaN(value)) throw new UsageError(`${label} must be a number, got "${text}"`);
  return value;
}

/** `true` or `false`, and what else people write for them; a flag without a value is true. */
export function parseBoolean(text: string, label: string): boolean {
  if (["true", "yes", "on", "1"].includes(text.toLowerCase())) return true;
  if (["false", "no", "off", "0"].includes(text.toLowerCase())) return false;
  throw new UsageError(`${label} must be true or false, got "${text}"`);
}

/** What stands between commas. */
export function parseList(text: string): string[] {
  return text.split(",").map((item) => item.trim()).filter((item) => item !== "");
}

/** One a line: what stands between the lines may have any other character. */
export function parseLines(text: string): string[] {
  return text.split("\n").map((line) => line.trimEnd()).filter((line) => line !== "");
}

/** A name of a quorum, or a number. */
export function parseQuorum(text: string): string | number {
  return /^\d+$/u.test(text) ? Number(text) : text;
}

/** A name of a BroadcastChannel, or none. */
export function parseBroadcast(text: string): string | false {
  return text === "false" ? false : text;
}
