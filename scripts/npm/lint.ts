/**
 * What two tools that know how packages are resolved say of ours.
 *
 * @module
 */

import { capture, show } from "../harness/process.ts";
import type { Tally } from "../tally.ts";
import { INSTALL, NPM } from "./runtimes.ts";

const TOOLS: Readonly<Record<string, { readonly version: string; readonly args: readonly string[] }>> = {
  "publint": { version: "^0.3", args: ["publint", "run", "--strict"] },
  // A resolution that knows no `exports` finds no companion; and `require` gets an ES module, which Node from 20.19 on can.
  "@arethetypeswrong/cli": {
    version: "^0.18",
    args: ["attw", "--quiet", "--profile", "node16", "--ignore-rules", "cjs-resolves-to-esm", "--"],
  },
};

/** Runs both on a tarball. One that cannot be installed is skipped, and that is told. */
export async function lintPackage(tarball: string): Promise<Tally> {
  const folder = await Deno.makeTempDir({ prefix: "democracy_lint_" });
  let [passed, failed] = [0, 0];
  try {
    for (const [name, { version, args: [program = "", ...args] }] of Object.entries(TOOLS)) {
      const installed = await capture(NPM, [...INSTALL, "--prefix", folder, `${name}@${version}`]);
      if (!installed.ok) {
        console.log(`test:npm: skipped ${name}: npm could not install it: ${installed.stderr.trim()}`);
        continue;
      }
      const ok = await show(`${folder}/node_modules/.bin/${program}${Deno.build.os === "windows" ? ".cmd" : ""}`, [
        ...args,
        tarball,
      ]);
      console.log(`test:npm: ${name}: ${ok ? "clean" : "FAILED"}`);
      if (ok) passed++;
      else failed++;
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
  return { passed, failed };
}
