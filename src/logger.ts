/**
 * Where the library tells what it does.
 *
 * @module
 */

import { getLogger } from "@logtape/logtape";
import { escapeUnprintable } from "./printable.ts";

/**
 * What the library logs to: `console` fits, and so does a logger of `@std/log`.
 *
 * @example
 * ```ts
 * import type { Logger } from "./logger.ts";
 *
 * const logger: Logger = console;
 * logger.info("Ready");
 * ```
 */
export interface Logger {
  /** What only someone who looks for a fault wants to know. */
  debug(message: string, ...details: unknown[]): void;
  /** What happens in a healthy cluster: elections, members that come and go. */
  info(message: string, ...details: unknown[]): void;
  /** Trouble that the library lives with. */
  warn(message: string, ...details: unknown[]): void;
  /** Trouble that somebody has to do something about. */
  error(message: string, ...details: unknown[]): void;
}

const LEVELS = ["debug", "info", "warn", "error"] as const;

/**
 * The logger unless the user gives one: LogTape's category `democracy`, silent until the application
 * configures LogTape.
 */
export function defaultLogger(): Logger {
  const target = getLogger(["democracy"]);
  const method = (level: typeof LEVELS[number]) => (message: string, ...details: unknown[]): void => {
    const names = details.map((_, index) => `detail${index + 1}`);
    const properties = Object.fromEntries(names.map((name, index) => [name, details[index]]));
    target[level](template(message, names), properties);
  };
  return { debug: method("debug"), info: method("info"), warn: method("warn"), error: method("error") };
}

/** LogTape reads braces as placeholders, and a message may quote what a user or a peer wrote. */
function template(message: string, names: readonly string[]): string {
  if (names.length === 0 && !message.includes("{")) return message;
  const escaped = message.replaceAll("{", "{{").replaceAll("}", "}}");
  return [escaped, ...names.map((name) => `{${name}}`)].join(" ");
}

/** The same logger, with messages that have no control or format characters: parts of them may come from the network. */
export function plainLogger(logger: Logger): Logger {
  const method = (level: typeof LEVELS[number]) => (message: string, ...details: unknown[]): void =>
    logger[level](escapeUnprintable(message), ...details);
  return { debug: method("debug"), info: method("info"), warn: method("warn"), error: method("error") };
}

/** Whether a value has what the library calls of a logger. */
export function isLogger(value: unknown): value is Logger {
  if (typeof value !== "object" || value === null) return false;
  return LEVELS.every((level) => level in value && typeof (value as Record<string, unknown>)[level] === "function");
}
