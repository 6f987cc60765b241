/**
 * Text that others wrote, for terminals and logs: what cannot be seen must not act.
 *
 * @module
 */

/**
 * Control characters (Cc), which move a terminal's cursor or end a line of a log; format characters (Cf), which are not seen or
 * turn the order of what is; the separators of lines and paragraphs (Zl, Zp); and halves of surrogate pairs (Cs), which have
 * no UTF-8. https://www.unicode.org/reports/tr44/#General_Category_Values
 */
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u;
const ALL_UNPRINTABLE = new RegExp(UNPRINTABLE, "gu");

/**
 * Whether a name can be shown as it is: it has no control or format character, no separator of lines, and no half of a
 * surrogate pair. Ids, names of clusters, events and channels must be so, those that come from the network too.
 *
 * @param text A name, whoever wrote it.
 * @returns `true` also for the empty text.
 *
 * @example
 * ```ts
 * import { isPrintable } from "./printable.ts";
 *
 * console.log(isPrintable("größte Müllabfuhr 🗑"), isPrintable("m1\x1b[2J"), isPrintable("m1\u202e")); // true false false
 * ```
 */
export function isPrintable(text: string): boolean {
  return !UNPRINTABLE.test(text);
}

/**
 * The text with all that {@linkcode isPrintable} forbids escaped as JSON does: `\u001b`. In JSON the result means the same.
 *
 * @param text Any text.
 * @returns One line.
 *
 * @example
 * ```ts
 * import { escapeUnprintable } from "./printable.ts";
 *
 * console.log(escapeUnprintable("m1\x1b[2J")); // m1\u001b[2J
 * ```
 */
export function escapeUnprintable(text: string): string {
  return isPrintable(text) ? text : text.replace(ALL_UNPRINTABLE, escape);
}

function escape(character: string): string {
  const units = Array.from({ length: character.length }, (_, index) => character.charCodeAt(index));
  return units.map((unit) => `\\u${unit.toString(16).padStart(4, "0")}`).join("");
}
