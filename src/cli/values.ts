/**
 * Values as people write them: in flags and variables, which are always text, and in files, which have other types as well.
 *
 * @module
 */

import { describe } from "../errors.ts";
import { DURATION, millisecondsIn } from "../options/duration_text.ts";
import { secretsIn } from "../options/secret_text.ts";
import { UsageError } from "./usage_error.ts";

function wrong(label: string, must: string, value: unknown): UsageError {
  return new UsageError(`${label} must be ${must}, got ${describe(value)}`);
}

/** ms, out of `500`, `500ms`, `10s`, `1m30s` or `1.5h`, as Go's flags have them. */
export function parseDuration(value: unknown, label: string): number {
  if (typeof value === "number") return value;
  const ms = typeof value === "string" ? millisecondsIn(value) : undefined;
  if (ms === undefined) throw wrong(label, DURATION, value);
  return ms;
}

/** A number in decimal notation, `1e9` included. */
export function parseNumber(value: unknown, label: string): number {
  if (typeof value === "number") return value;
  const isNumber = typeof value === "string" && /^-?\d+(\.\d+)?(e[+-]?\d+)?$/iu.test(value.trim());
  if (isNumber && Number.isFinite(Number(value))) return Number(value);
  throw wrong(label, "a number", value);
}

/** `true` or `false`, and what else people write for them; a flag without a value is true. */
export function parseBoolean(value: unknown, label: string): boolean {
  if (typeof value === "boolean") return value;
  const text = typeof value === "string" ? value.toLowerCase() : "";
  if (["true", "yes", "on", "1"].includes(text)) return true;
  if (["false", "no", "off", "0"].includes(text)) return false;
  throw wrong(label, "true or false", value);
}

/** Text; in a file it may have to stand in quotes. */
export function parseText(value: unknown, label: string): string {
  if (typeof value === "string") return value;
  throw wrong(label, "text, in quotes where it looks like something else", value);
}

/** An address; in a file a port alone is a number. */
export function parseAddress(value: unknown, label: string): string {
  return typeof value === "number" ? String(value) : parseText(value, label);
}

/** What stands between commas, or in a list of a file. */
export function parseList(value: unknown, label: string): string[] {
  if (Array.isArray(value)) return value.map((item) => parseText(item, label));
  return parseText(value, label).split(",").map((item) => item.trim()).filter((item) => item !== "");
}

/** Text that nobody else should see, so that no message may tell it. */
export function parseSecret(value: unknown, label: string): string {
  if (typeof value === "string") return value;
  throw new UsageError(`${label} must be text, in quotes where it looks like something else`);
}

/** Secrets, one a line or in a list of a file: what stands between the lines may have any other character. */
export function parseSecrets(value: unknown, label: string): string[] {
  if (Array.isArray(value)) return value.map((item) => parseSecret(item, label));
  return secretsIn(parseSecret(value, label));
}

/** A name of a quorum, or a number. */
export function parseQuorum(value: unknown, label: string): string | number {
  if (typeof value === "number") return value;
  const text = parseText(value, label);
  return /^\d+$/u.test(text) ? Number(text) : text;
}

/** Whether to preempt, or after how long. */
export function parsePreempt(value: unknown, label: string): boolean | { readonly after: number } {
  if (typeof value === "boolean") return value;
  const isDuration = typeof value === "number" || (typeof value === "string" && /^\d.*[a-z]$/u.test(value));
  return isDuration ? { after: parseDuration(value, label) } : parseBoolean(value, label);
}

/** A duration, or `until-idle`. */
export function parseQuarantine(value: unknown, label: string): number | "until-idle" {
  return value === "until-idle" ? value : parseDuration(value, label);
}

/** A name of a BroadcastChannel, or none. */
export function parseBroadcast(value: unknown, label: string): string | false {
  return value === "false" || value === false ? false : parseText(value, label);
}

/** A name of a Lease, or whether there is to be one. */
export function parseLease(value: unknown, label: string): string | boolean {
  if (value === "true" || value === "false") return value === "true";
  return typeof value === "boolean" ? value : parseText(value, label);
}
