/**
 * Programs of others that some tests need, and that not every machine has.
 *
 * @module
 */

import { capture } from "../scripts/harness/process.ts";

/** A program, and where it comes from. */
export interface Tool {
  readonly program: string;
  /** Arguments with which it does nothing, and ends with 0. */
  readonly probe: readonly string[];
  /** Debian's package. */
  readonly debian: string;
}

/** A test that needs a program; where it is missing it is skipped, and says why in its name. */
export async function toolTest(
  { program, probe, debian }: Tool,
  name: string,
  body: (t: Deno.TestContext) => Promise<void>,
): Promise<void> {
  if ((await capture(program, probe)).ok) return Deno.test(name, body);
  const why = `there is no ${program} here: it is in Debian's package ${debian}`;
  console.log(`skipped: ${name}: ${why}`);
  Deno.test({ name: `${name} (skipped: ${why})`, ignore: true, fn: () => {} });
}
