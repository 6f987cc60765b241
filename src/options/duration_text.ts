/**
 * Durations as people write them in flags and variables.
 *
 * @module
 */

const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };

/** What such a text must be, for messages. */
export const DURATION = "a duration like 500ms, 10s or 1m30s, or a number of ms";

/**
 * ms, out of `500`, `500ms`, `10s`, `1m30s` or `1.5h`, as Go's flags have them; undefined where the text is none of these.
 *
 * @example
 * ```ts
 * import { millisecondsIn } from "./duration_text.ts";
 *
 * console.log(millisecondsIn("1m30s"), millisecondsIn("soon")); // 90000 undefined
 * ```
 */
export function millisecondsIn(text: string): number | undefined {
  if (/^\d+(\.\d+)?$/u.test(text)) return Number(text);
  if (!/^(\d+(\.\d+)?(ms|s|m|h))+$/u.test(text)) return undefined;
  const parts = text.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h)/gu);
  return Array.from(parts, ([, digits, unit]) => Number(digits) * (UNITS[unit ?? ""] ?? 0)).reduce((a, b) => a + b);
}
