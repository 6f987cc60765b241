/**
 * The options that do not concern who votes, each with its default and its relations.
 *
 * @module
 */

import { constants } from "node:os";
import { describe } from "../errors.ts";
import type { Fencing } from "../leadership/fencing.ts";
import { checkMessageName } from "../leadership/events.ts";
import { BOUNDS, DEFAULTS } from "../limits.ts";
import { defaultLogger, isLogger, type Logger } from "../logger.ts";
import { checkBoolean, checkChoice, checkNumber, checkText, outOfRange, wrongType } from "./checks.ts";

/** What a member is. */
export interface Identity {
  readonly id: string;
  /** Whether nobody has chosen the id. */
  readonly anonymous: boolean;
  readonly weight: number;
  readonly cluster: string;
  readonly eligible: boolean;
}

/** Reads `id`, `weight`, `cluster` and `eligible`. */
export function readIdentity(given: { readonly [Name in Exclude<keyof Identity, "anonymous">]?: unknown }): Identity {
  const { id = randomId(), weight = randomWeight(), cluster = DEFAULTS.cluster, eligible = true } = given;
  if (typeof weight !== "number") throw wrongType("weight", "a number", weight);
  if (!Number.isFinite(weight)) throw outOfRange("weight", "a finite number", weight);
  return {
    id: checkText("id", id, BOUNDS.maxNameBytes),
    anonymous: given.id === undefined,
    // Of 0 and -0 neither is heavier, so one of them must be enough.
    weight: weight + 0,
    cluster: checkText("cluster", cluster, BOUNDS.maxNameBytes),
    eligible: checkBoolean("eligible", eligible),
  };
}

function randomId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(8));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** 32 random bits, put in the middle of their step so that neither 0 nor 1 comes out. */
function randomWeight(): number {
  const [bits = 0] = crypto.getRandomValues(new Uint32Array(1));
  return (bits + 0.5) / 2 ** 32;
}

/** How fast a member is. All in ms. */
export interface Durations {
  readonly interval: number;
  readonly timeout: number;
  readonly stallTimeout: number;
  readonly quarantine: number | "until-idle";
  readonly preemptAfter: number | undefined;
}

/** The options that {@linkcode readDurations} reads. */
type DurationOption = "interval" | "timeout" | "stallTimeout" | "quarantine" | "preempt";

/** Reads `interval`, `timeout`, `stallTimeout`, `quarantine` and `preempt`, and their relations. */
export function readDurations(given: { readonly [Name in DurationOption]?: unknown }): Durations {
  const { minInterval, maxTimeout, minIntervalsPerTimeout, maxStallTimeout } = BOUNDS;
  const maxInterval = maxTimeout / minIntervalsPerTimeout;
  const { interval: i = DEFAULTS.interval, timeout: t = DEFAULTS.timeout } = given;
  const interval = checkNumber("interval", i, { min: minInterval, max: maxInterval, unit: "ms" });
  const least = minInterval * minIntervalsPerTimeout;
  const timeout = checkNumber("timeout", t, { min: least, max: maxTimeout, unit: "ms" });
  if (timeout < minIntervalsPerTimeout * interval) {
    throw outOfRange(
      "timeout",
      `at least ${minIntervalsPerTimeout} times "interval" (${interval}), so that a lost datagram costs nothing`,
      timeout,
    );
  }
  const { stallTimeout: s = Math.max(DEFAULTS.stallTimeout, timeout) } = given;
  const stallTimeout = checkNumber("stallTimeout", s, { min: 0, max: maxStallTimeout, unit: "ms" });
  if (stallTimeout < timeout) throw outOfRange("stallTimeout", `at least "timeout" (${timeout})`, stallTimeout);
  const quarantine = readQuarantine(given.quarantine, timeout);
  return { interval, timeout, stallTimeout, quarantine, preemptAfter: readPreempt(given.preempt, timeout) };
}

function readQuarantine(value: unknown, timeout: number): number | "until-idle" {
  if (value === undefined) return timeout;
  if (value === "until-idle") return value;
  if (typeof value !== "number") throw wrongType("quarantine", 'a number of ms or "until-idle"', value);
  const quarantine = checkNumber("quarantine", value, { min: 0, max: BOUNDS.maxTimeout, unit: "ms" });
  if (quarantine < timeout) {
    throw outOfRange(
      "quarantine",
      `at least "timeout" (${timeout}), for as long as a forgotten promise may last`,
      value,
    );
  }
  return quarantine;
}

function readPreempt(value: unknown, timeout: number): number | undefined {
  if (value === undefined || value === false) return undefined;
  if (value === true) return timeout;
  if (typeof value !== "object" || value === null || !("after" in value)) {
    throw wrongType("preempt", "true, false, or { after: ms }", value);
  }
  return checkNumber("preempt.after", value.after, { min: 0, max: BOUNDS.maxPreemptAfter, unit: "ms" });
}

/** Reads `secret`. No error shows one. */
export function readSeal({ secret }: { readonly secret?: unknown }): { readonly secrets: readonly string[] } {
  if (secret === undefined) return { secrets: [] };
  if (typeof secret === "string") return { secrets: [checkSecret("secret", secret)] };
  if (!Array.isArray(secret)) throw new TypeError('Cannot join: "secret" must be a string or an array of strings');
  if (secret.length === 0) {
    throw new RangeError(
      'Cannot join: "secret" must have at least one secret; leave it out to send unsealed datagrams',
    );
  }
  if (secret.length > BOUNDS.maxSecrets) {
    throw new RangeError(`Cannot join: "secret" must have at most ${BOUNDS.maxSecrets} secrets, got ${secret.length}`);
  }
  return { secrets: Array.from(secret, (each: unknown, index) => checkSecret(`secret[${index}]`, each)) };
}

function checkSecret(name: string, value: unknown): string {
  if (typeof value !== "string") throw new TypeError(`Cannot join: "${name}" must be a string`);
  if (value === "") {
    throw new TypeError(`Cannot join: "${name}" must not be empty; leave it out to send unsealed datagrams`);
  }
  return value;
}

/** How a member speaks. */
export interface Messaging {
  readonly channels: readonly string[];
  readonly maxPacketSize: number;
  readonly broadcast: string | false;
  readonly isolation: "worker" | "none";
}

/** Reads `channels`, `maxPacketSize`, `broadcast` and `isolation`. */
export function readMessaging(given: { readonly [Name in keyof Messaging]?: unknown }): Messaging {
  const { maxPacketSize = DEFAULTS.maxPacketSize, broadcast = DEFAULTS.broadcast, isolation = "worker" } = given;
  return {
    channels: readChannels(given.channels),
    maxPacketSize: checkNumber("maxPacketSize", maxPacketSize, {
      min: BOUNDS.minPacketSize,
      max: BOUNDS.maxPacketSize,
      unit: "bytes",
      whole: true,
    }),
    broadcast: readBroadcast(broadcast),
    isolation: checkChoice("isolation", isolation, ["worker", "none"]),
  };
}

function readChannels(value: unknown): readonly string[] {
  if (value === undefined) return [];
  if (!Array.isArray(value)) throw wrongType("channels", "an array of names", value);
  if (value.length > BOUNDS.maxChannels) {
    throw outOfRange("channels", `at most ${BOUNDS.maxChannels} names`, value.length);
  }
  const names = Array.from(value, (name: unknown, index) => {
    checkMessageName(`Cannot join with "channels[${index}]"`, name);
    return name;
  });
  return [...new Set(names)];
}

function readBroadcast(value: unknown): string | false {
  if (value === false) return false;
  if (typeof value !== "string") throw wrongType("broadcast", "the name of a BroadcastChannel or false", value);
  return checkText("broadcast", value, BOUNDS.maxNameBytes);
}

/** Reads `workerUrl`, as an absolute URL. */
export function readWorkerUrl(value: unknown): string | undefined {
  if (value === undefined) return undefined;
  if (value instanceof URL) return value.href;
  if (typeof value !== "string") throw wrongType("workerUrl", "a URL or a string", value);
  if (!URL.canParse(value)) {
    throw new TypeError(
      `Cannot join: "workerUrl" must be an absolute URL, like new URL("./worker.js", import.meta.url), got ` +
        describe(value),
    );
  }
  return new URL(value).href;
}

/** Reads `signal`. */
export function readSignal(value: unknown): AbortSignal | undefined {
  if (value === undefined || value instanceof AbortSignal) return value;
  throw wrongType("signal", "an AbortSignal", value);
}

/** Reads `signals`. */
export function readSignals(value: unknown): readonly NodeJS.Signals[] {
  if (value === undefined) return [];
  if (!Array.isArray(value)) throw wrongType("signals", "an array of names of signals", value);
  const names = Array.from(value, (name: unknown, index) => {
    if (!isSignal(name)) throw wrongType(`signals[${index}]`, "a signal that can be caught, like SIGTERM", name);
    return name;
  });
  return [...new Set(names)];
}

function isSignal(name: unknown): name is NodeJS.Signals {
  return typeof name === "string" && Object.hasOwn(constants.signals, name) && !["SIGKILL", "SIGSTOP"].includes(name);
}

/** Reads `logger`. */
export function readLogger(value: unknown): Logger {
  if (value === undefined) return defaultLogger();
  if (!isLogger(value)) throw wrongType("logger", "an object with debug, info, warn and error, like console", value);
  return value;
}

/** Reads `fencing`. */
export function readFencing(fencing: unknown): Fencing | undefined {
  if (fencing === undefined || isFencing(fencing)) return fencing;
  throw wrongType("fencing", "an object with a method mint", fencing);
}

function isFencing(value: unknown): value is Fencing {
  return typeof value === "object" && value !== null && "mint" in value && typeof value.mint === "function";
}
