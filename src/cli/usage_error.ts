/**
 * Mistakes of the person at the keyboard.
 *
 * @module
 */

/** The command line, a variable or the configuration file is wrong; the message says what to do. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}
