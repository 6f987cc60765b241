/**
 * A task of several steps. What fails in one does not keep the others from running.
 *
 * @module
 */

import { closingLine, sum, type Tally } from "./tally.ts";

/** A part of a task. */
export interface Step {
  readonly name: string;
  run(): Promise<Tally>;
}

async function runStep({ name, run }: Step, place: string): Promise<Tally> {
  console.log(`\n== ${place} ${name}`);
  const started = performance.now();
  let tally: Tally;
  try {
    tally = await run();
  } catch (error) {
    console.log(error instanceof Error ? error.message : error);
    tally = { passed: 0, failed: 1 };
  }
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  console.log(`== ${place} ${name}: ${tally.failed === 0 ? "ok" : "FAILED"} after ${seconds} s, ${closingLine(tally)}`);
  return tally;
}

/**
 * Runs all steps, says of each how long it took, and in the last line what passed and failed: each test, and each step that is no test.
 * Resolves to the exit code.
 */
export async function runSteps(steps: readonly Step[]): Promise<number> {
  const started = performance.now();
  const tallies: Tally[] = [];
  const broken: string[] = [];
  for (const [index, step] of steps.entries()) {
    const tally = await runStep(step, `${index + 1}/${steps.length}`);
    tallies.push(tally);
    if (tally.failed > 0) broken.push(step.name);
  }
  const total = sum(tallies);
  const verdict = broken.length === 0 ? "All is well" : `To mend: ${broken.join(", ")}`;
  console.log(`\n${verdict}, after ${((performance.now() - started) / 1000).toFixed(0)} s`);
  console.log(closingLine(total));
  return total.failed === 0 ? 0 : 1;
}
