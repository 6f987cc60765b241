/**
 * The few assertions the tests use, over `node:assert`, with the signatures of `@std/assert`. The tasks put it in the place of that
 * package: one that fails quotes itself as it stands in the test, so that it says what was expected of whom, and the tests need nothing
 * from JSR.
 *
 * @module
 */

import { AssertionError, deepStrictEqual } from "node:assert";
import { isDeepStrictEqual } from "node:util";

// deno-lint-ignore ban-types
type Class = abstract new (...args: never[]) => Object;

function because(message: string | undefined): string {
  return message === undefined ? "" : `: ${message}`;
}

/** What is shown of a value or an assertion at most. */
const LONGEST_QUOTE = 500;

function cut(text: string): string {
  return text.length <= LONGEST_QUOTE ? text : `${text.slice(0, LONGEST_QUOTE)} ...`;
}

function show(value: unknown): string {
  return cut(Deno.inspect(value, { depth: 6 }));
}

/** The assertion that runs, as it is written where it is made: `assertEquals(cluster.leaders, ["m1"])`. */
function quoted(): string {
  const frames = new Error().stack?.split("\n") ?? [];
  const frame = frames.find((each) => each.includes("file://") && !each.includes(import.meta.url)) ?? "";
  const [, url, line, column] = /(file:\/\/\S+?):(\d+):(\d+)\)?$/.exec(frame) ?? [];
  if (url === undefined) return "an assertion";
  try {
    const lines = Deno.readTextFileSync(new URL(url)).split("\n").slice(Number(line) - 1);
    return cut(callIn([lines[0]?.slice(Number(column) - 1), ...lines.slice(1)].join("\n")));
  } catch {
    return `an assertion at ${url}:${line}`;
  }
}

/** The call that a text begins with, in one line. */
function callIn(text: string): string {
  let depth = 0;
  // What stands in quotation marks is no parenthesis.
  for (
    const { 0: token, index } of text.slice(0, 4 * LONGEST_QUOTE).matchAll(
      /"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|`(?:\\.|[^`\\])*`|[()]/gs,
    )
  ) {
    if (token === "(") depth++;
    if (token === ")" && --depth === 0) return text.slice(0, index + 1).replaceAll(/\s+/g, " ");
  }
  return text.split("\n", 1).join();
}

/** Adds to what an assertion says of itself what it was. */
function refuse(message: string): never {
  throw new AssertionError({ message: `${message}\n    in ${quoted()}` });
}

/** Fails always. */
export function fail(message?: string): never {
  refuse(`Failed assertion${because(message)}`);
}

/** Passes when `expression` is truthy. */
export function assert(expression: unknown, message = ""): asserts expression {
  if (!expression) refuse(message || `Expected something true, got ${show(expression)}`);
}

/** Passes when both are deeply equal. */
export function assertEquals<T>(actual: T, expected: T, message?: string): void {
  if (isDeepStrictEqual(actual, expected)) return;
  const why = `${message === undefined ? "Expected" : `${message}: expected`} ${show(expected)}, got ${show(actual)}`;
  deepStrictEqual(actual, expected, `${why}\n    in ${quoted()}`);
}

/** Passes when the two are not deeply equal. */
export function assertNotEquals<T>(actual: T, expected: T, message?: string): void {
  if (isDeepStrictEqual(actual, expected)) refuse(`Expected anything but ${show(expected)}${because(message)}`);
}

/** Passes when both are the same by `Object.is`. */
export function assertStrictEquals<T>(actual: unknown, expected: T, message?: string): asserts actual is T {
  if (!Object.is(actual, expected)) fail(`${show(actual)} is not ${show(expected)}${because(message)}`);
}

/** Passes when `actual` is neither null nor undefined. */
export function assertExists<T>(actual: T, message?: string): asserts actual is NonNullable<T> {
  if (actual === undefined || actual === null) fail(`expected a value, got ${actual}${because(message)}`);
}

/** Passes when `actual` is an instance of `expectedType`. */
export function assertInstanceOf<T extends Class>(
  actual: unknown,
  expectedType: T,
  message?: string,
): asserts actual is InstanceType<T> {
  if (!(actual instanceof expectedType)) {
    fail(`expected an instance of ${expectedType.name}, got ${show(actual)}${because(message)}`);
  }
}

/** Passes when `actual` is greater than `expected`. */
export function assertGreater<T>(actual: T, expected: T, message?: string): void {
  if (!(actual > expected)) fail(`${show(actual)} is not greater than ${show(expected)}${because(message)}`);
}

/** Passes when `actual` is at least `expected`. */
export function assertGreaterOrEqual<T>(actual: T, expected: T, message?: string): void {
  if (!(actual >= expected)) fail(`${show(actual)} is less than ${show(expected)}${because(message)}`);
}

/** Passes when `actual` is less than `expected`. */
export function assertLess<T>(actual: T, expected: T, message?: string): void {
  if (!(actual < expected)) fail(`${show(actual)} is not less than ${show(expected)}${because(message)}`);
}

/** Passes when `actual` is at most `expected`. */
export function assertLessOrEqual<T>(actual: T, expected: T, message?: string): void {
  if (!(actual <= expected)) fail(`${show(actual)} is greater than ${show(expected)}${because(message)}`);
}

/** Passes when the two differ by at most `tolerance`, which is 1e-7 of `expected` unless given. */
export function assertAlmostEquals(actual: number, expected: number, tolerance?: number, message?: string): void {
  const within = tolerance ?? (Number.isFinite(expected) ? Math.abs(expected * 1e-7) : 1e-7);
  if (Object.is(actual, expected) || Math.abs(expected - actual) <= within) return;
  fail(`${actual} is not within ${within} of ${expected}${because(message)}`);
}

/** Passes when `actual` has `expected` in it. */
export function assertStringIncludes(actual: string, expected: string, message?: string): void {
  if (!actual.includes(expected)) fail(`${show(actual)} does not include ${show(expected)}${because(message)}`);
}

/** Passes when `expected` matches `actual`. */
export function assertMatch(actual: string, expected: RegExp, message?: string): void {
  if (!expected.test(actual)) fail(`${show(actual)} does not match ${expected}${because(message)}`);
}

function checkThrown(error: unknown, errorClass?: Class, includes?: string, message?: string): void {
  if (errorClass !== undefined) assertInstanceOf(error, errorClass, message);
  if (includes === undefined) return;
  assertInstanceOf(error, Error, message);
  assertStringIncludes(error.message, includes, message);
}

/** Passes when `fn` throws; returns what it threw. */
export function assertThrows(fn: () => unknown, message?: string): unknown;
/** Passes when `fn` throws an `errorClass` whose message has `includes` in it; returns what it threw. */
export function assertThrows<E extends Error = Error>(
  fn: () => unknown,
  errorClass: abstract new (...args: never[]) => E,
  includes?: string,
  message?: string,
): E;
export function assertThrows(
  fn: () => unknown,
  classOrMessage?: Class | string,
  includes?: string,
  message?: string,
): unknown {
  const [errorClass, why] = typeof classOrMessage === "function"
    ? [classOrMessage, message]
    : [undefined, classOrMessage];
  try {
    fn();
  } catch (error) {
    checkThrown(error, errorClass, includes, why);
    return error;
  }
  fail(`expected the function to throw${because(why)}`);
}

/** Passes when the promise of `fn` rejects; resolves to the reason. */
export function assertRejects(fn: () => PromiseLike<unknown>, message?: string): Promise<unknown>;
/** Passes when the promise of `fn` rejects with an `errorClass` whose message has `includes` in it. */
export function assertRejects<E extends Error = Error>(
  fn: () => PromiseLike<unknown>,
  errorClass: abstract new (...args: never[]) => E,
  includes?: string,
  message?: string,
): Promise<E>;
export async function assertRejects(
  fn: () => PromiseLike<unknown>,
  classOrMessage?: Class | string,
  includes?: string,
  message?: string,
): Promise<unknown> {
  const [errorClass, why] = typeof classOrMessage === "function"
    ? [classOrMessage, message]
    : [undefined, classOrMessage];
  let promise: PromiseLike<unknown>;
  try {
    promise = fn();
  } catch {
    fail(`expected a rejected promise, but the function threw${because(why)}`);
  }
  try {
    await promise;
  } catch (error) {
    checkThrown(error, errorClass, includes, why);
    return error;
  }
  fail(`expected the promise to reject${because(why)}`);
}
