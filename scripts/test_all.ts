/**
 * `deno task test:all`: what `deno task test` leaves out, because it takes long or needs more than Deno and npm. What that is, and what
 * is skipped for want of it, is said before anything runs.
 *
 * @module
 */

import { ensureBinaries } from "./kubernetes/binaries.ts";
import { UnavailableError } from "./kubernetes/unavailable_error.ts";
import { runSteps, type Step } from "./steps.ts";
import { testFilesInLanes } from "./test.ts";
import { isIn, isRest, REST, testFiles } from "./test/groups.ts";
import { tellNeeds } from "./test/needs.ts";
import { OTHERS, testNpm } from "./test_npm.ts";

/** The tests that start servers of Kubernetes, one after the other. */
const SERVERS = "tests/kubernetes";

async function tellAll(): Promise<void> {
  console.log("test:all needs more than Deno and npm for some tests:");
  for (const line of await tellNeeds(REST.flatMap(({ need }) => need ?? []))) console.log(line);
  console.log(
    `  the npm package in other runtimes: run where npm has them\n    needs Node or Bun ${
      OTHERS.join(", ")
    }, fetched by npm`,
  );
  console.log(`and runs\n${REST.map(({ path, why }) => `  ${path}: ${why}`).join("\n")}\n`);
}

/** Beside other tests the building would make all of them late. */
async function prepareControlPlane(): Promise<void> {
  try {
    await ensureBinaries((line) => console.log(`control plane: ${line}`));
  } catch (error) {
    if (!(error instanceof UnavailableError)) throw error;
    console.log(`control plane: ${error.message}`);
  }
}

const STEPS: readonly Step[] = [
  {
    name: "long tests",
    async run() {
      const files = (await testFiles()).filter((file) => isRest(file) && !isIn(file, SERVERS));
      return await testFilesInLanes(files, { types: false });
    },
  },
  {
    name: "control plane, and kubelets by request",
    async run() {
      await prepareControlPlane();
      const files = (await testFiles()).filter((file) => isIn(file, SERVERS));
      return await testFilesInLanes(files, { types: false });
    },
  },
  { name: "npm package in other Nodes and in Bun", run: () => testNpm({ here: false, others: OTHERS }) },
];

if (import.meta.main) {
  await tellAll();
  Deno.exit(await runSteps(STEPS));
}
