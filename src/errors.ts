/**
 * Errors that are neither a wrong type (`TypeError`) nor a wrong value (`RangeError`) of the user's own
 * making, but come from the machine, the permissions or the life of a member.
 *
 * @module
 */

import { escapeUnprintable } from "./base/printable.ts";

/** What went wrong, for programs. */
export type DemocracyErrorCode =
  | "address-in-use"
  | "bind"
  | "permission"
  | "closed"
  | "worker"
  | "discovery"
  | "hand-over";

/**
 * Base of all errors of this library that have a `code`.
 *
 * @example
 * ```ts
 * import { AddressInUseError, DemocracyError } from "./errors.ts";
 *
 * const error: Error = new AddressInUseError("Cannot bind 127.0.0.1:12345: it is in use");
 * if (error instanceof DemocracyError) console.log(error.code); // "address-in-use"
 * ```
 */
export class DemocracyError extends Error {
  /** What went wrong, stable between versions. */
  readonly code: DemocracyErrorCode;

  /** An error of this `code`; `message` says what, why and the value. */
  constructor(code: DemocracyErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
    this.name = "DemocracyError";
  }
}

/** Another socket is bound to the address of `source`. */
export class AddressInUseError extends DemocracyError {
  /** An error with this message. */
  constructor(message: string, options?: ErrorOptions) {
    super("address-in-use", message, options);
    this.name = "AddressInUseError";
  }
}

/** The socket cannot be bound, for instance because no interface of this machine has the address. */
export class BindError extends DemocracyError {
  /** An error with this message. */
  constructor(message: string, options?: ErrorOptions) {
    super("bind", message, options);
    this.name = "BindError";
  }
}

/** The operating system or the runtime does not permit what is needed. */
export class PermissionError extends DemocracyError {
  /** An error with this message. */
  constructor(message: string, options?: ErrorOptions) {
    super("permission", message, options);
    this.name = "PermissionError";
  }
}

/** The object was closed before, or while, it was asked. */
export class ClosedError extends DemocracyError {
  /** An error with this message. */
  constructor(message: string, options?: ErrorOptions) {
    super("closed", message, options);
    this.name = "ClosedError";
  }
}

/** What is told who asks something of a member that was closed; `signal` is the one that closed it by having aborted. */
export function closedError(action: string, id: string, signal?: AbortSignal): ClosedError {
  const why = signal === undefined ? "" : `, because "signal" has aborted`;
  return new ClosedError(`Cannot ${action}: ${id} was closed${why}`, signal && { cause: signal.reason });
}

/** The worker that runs the election could not start, or died. */
export class WorkerError extends DemocracyError {
  /** An error with this message. */
  constructor(message: string, options?: ErrorOptions) {
    super("worker", message, options);
    this.name = "WorkerError";
  }
}

/** A discovery cannot tell who the peers are, for a reason that waiting does not heal. */
export class DiscoveryError extends DemocracyError {
  /** An error with this message. */
  constructor(message: string, options?: ErrorOptions) {
    super("discovery", message, options);
    this.name = "DiscoveryError";
  }
}

/** The member that was named as the next leader cannot lead now. */
export class HandOverError extends DemocracyError {
  /** An error with this message. */
  constructor(message: string, options?: ErrorOptions) {
    super("hand-over", message, options);
    this.name = "HandOverError";
  }
}

/** An error as plain data: what a message between threads keeps of it whatever the runtime. */
export interface ErrorData {
  /** The class of the error. */
  readonly name: string;
  /** What it says. */
  readonly message: string;
  /** Where it was thrown. */
  readonly stack: string | undefined;
}

type ErrorConstructor = new (message: string) => Error;

const CLASSES: ReadonlyMap<string, ErrorConstructor> = new Map<string, ErrorConstructor>([
  ["AddressInUseError", AddressInUseError],
  ["BindError", BindError],
  ["PermissionError", PermissionError],
  ["ClosedError", ClosedError],
  ["WorkerError", WorkerError],
  ["DiscoveryError", DiscoveryError],
  ["HandOverError", HandOverError],
  ["RangeError", RangeError],
  ["TypeError", TypeError],
]);

/** What another thread needs to make the same error: structured cloning loses the class and the code. */
export function errorToData(error: unknown): ErrorData {
  if (error instanceof Error) return { name: error.name, message: error.message, stack: error.stack };
  return { name: "Error", message: String(error), stack: undefined };
}

/** The error that {@linkcode errorToData} took apart; a class of others becomes a plain `Error`. */
export function errorFromData(data: ErrorData): Error {
  const error = new (CLASSES.get(data.name) ?? Error)(data.message);
  if (data.stack !== undefined) error.stack = data.stack;
  return error;
}

/** A value as an error shows it: short, and without running code of the value. */
export function describe(value: unknown): string {
  if (typeof value === "string") {
    return escapeUnprintable(JSON.stringify(value.length > 80 ? `${value.slice(0, 80)}...` : value));
  }
  if (typeof value === "bigint") return `${value}n`;
  if (typeof value === "symbol") return "a symbol";
  if (typeof value === "function") return "a function";
  if (Array.isArray(value)) return value.length === 0 ? "an empty array" : "an array";
  return typeof value === "object" && value !== null ? "an object" : String(value);
}
