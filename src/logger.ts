/**
 * Where the library tells what it does.
 *
 * @module
 */

import { getLogger, inspectLogger, type Logger as LogTapeLogger } from "@logtape/logtape";
import { inspect } from "node:util";
import { escapeUnprintable } from "./base/printable.ts";

/**
 * What the library logs to: `console` fits, and so does a logger of `@std/log`.
 *
 * The details are the values that the message is about, such as an Error. A logger that prints the message alone loses nothing:
 * the message has them in words already. Only a console gets a message without them, because it prints them itself.
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

type Level = typeof LEVELS[number];

const CATEGORY = ["democracy"];

/** Where the library itself logs to. */
export interface Journal extends Logger {
  /** Whether warnings and errors go to the console only because nobody has said where else. */
  isFallback(): boolean;
}

/** LogTape's, or the console's as long as nobody has configured LogTape. */
class DefaultLogger implements Journal {
  readonly #target = getLogger(CATEGORY);

  debug(message: string, ...details: unknown[]): void {
    this.#log("debug", message, details);
  }

  info(message: string, ...details: unknown[]): void {
    this.#log("info", message, details);
  }

  warn(message: string, ...details: unknown[]): void {
    this.#log("warn", message, details);
  }

  error(message: string, ...details: unknown[]): void {
    this.#log("error", message, details);
  }

  isFallback(): boolean {
    if (inspectLogger(CATEGORY).source !== "unconfigured") return false;
    return ![this.#target, getLogger(["logtape", "meta"])].some(mayHaveSink);
  }

  #log(level: Level, message: string, details: readonly unknown[]): void {
    if (!this.isFallback()) {
      const names = details.map((_, index) => `detail${index + 1}`);
      const properties = Object.fromEntries(names.map((name, index) => [name, details[index]]));
      this.#target[level](template(escapeUnprintable(message), names), properties);
    } else if (level === "warn" || level === "error") {
      console[level](`democracy: ${inWords(message, details)}`);
    }
  }
}

/**
 * An application may have brought another copy of LogTape, which shares its loggers with all others. Copies before 2.4 do not tell
 * these that they are configured, but always give the meta logger a sink; those before 2.0 do not even tell of sinks.
 */
function mayHaveSink(logger: Partial<LogTapeLogger>): boolean {
  return logger.isEnabledFor?.("fatal") ?? true;
}

/**
 * The logger unless the user gives one: LogTape's category `democracy`. As long as the application has not configured
 * LogTape, warnings and errors go to the console, a line each, and the rest nowhere.
 */
export function defaultLogger(): Logger {
  return new DefaultLogger();
}

/**
 * The logger that the user gave, or the default one, so that nothing is lost of what the library logs, and nothing that came from
 * the network acts on a terminal.
 */
export function journalOf(logger: Logger): Journal {
  if (logger instanceof DefaultLogger) return logger;
  const method = isConsole(logger)
    ? (level: Level) => (message: string, ...details: unknown[]): void => {
      // A console takes the first of several arguments for a format: `fe80::1%d0` would make a number of an Error.
      const plain = escapeUnprintable(message);
      logger[level](details.length === 0 ? plain : plain.replaceAll("%", "%%"), ...details);
    }
    : (level: Level) => (message: string, ...details: unknown[]): void => {
      logger[level](inWords(message, details), ...details);
    };
  return {
    debug: method("debug"),
    info: method("info"),
    warn: method("warn"),
    error: method("error"),
    isFallback: () => false,
  };
}

/** Whether it is a console: the one of this thread, one that Node's `Console` made, or one that a test put in its place. */
function isConsole(logger: Logger): boolean {
  return logger === console || ("table" in logger && "groupEnd" in logger);
}

/** LogTape reads braces as placeholders, and a message may quote what a user or a peer wrote. */
function template(message: string, names: readonly string[]): string {
  if (names.length === 0 && !message.includes("{")) return message;
  const escaped = message.replaceAll("{", "{{").replaceAll("}", "}}");
  return [escaped, ...names.map((name) => `{${name}}`)].join(" ");
}

/** One line that says all. */
function inWords(message: string, details: readonly unknown[]): string {
  return escapeUnprintable(details.length === 0 ? message : `${message}: ${details.map(wordsOf).join(", ")}`);
}

/** How deep the causes of an error are told. */
const MOST_CAUSES = 4;

function wordsOf(detail: unknown): string {
  if (typeof detail === "string") return detail;
  if (!(detail instanceof Error)) return inspect(detail, { depth: 4, breakLength: Infinity, compact: true });
  const words: string[] = [];
  for (let error: unknown = detail; words.length < MOST_CAUSES && error instanceof Error; error = error.cause) {
    const text = String(error);
    // Who wraps an error often quotes it.
    if (!words.some((said) => said.includes(error.message))) words.push(text);
  }
  return words.join(", because of ");
}

/** Whether a value has what the library calls of a logger. */
export function isLogger(value: unknown): value is Logger {
  if (typeof value !== "object" || value === null) return false;
  return LEVELS.every((level) => level in value && typeof (value as Record<string, unknown>)[level] === "function");
}
