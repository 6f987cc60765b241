import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const require = createRequire(import.meta.url);

describe("types", () => {
  for (const resolution of ["nodenext", "bundler"]) {
    it(`a consumer compiles, with the module resolution "${resolution}"`, { timeout: 120_000 }, async () => {
      const typescript = join(dirname(require.resolve("typescript/package.json")), "bin", "tsc");
      const project = fileURLToPath(new URL(`./tsconfig.${resolution}.json`, import.meta.url));
      const compiled = await promisify(execFile)(process.execPath, [typescript, "--project", project])
        .catch((error) => error);
      assert.equal(compiled.stdout, "");
      assert.equal(compiled.code, undefined);
    });
  }
});
