// A program of three lines, built by bundlers without a word about the worker, and run where nothing else is: it must elect.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { access, mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const here = fileURLToPath(new URL("./bundlers/", import.meta.url));
const require = createRequire(join(here, "package.json"));
const execute = promisify(execFile);
const DENO = process.env.POLIS_DENO;
/** Bundlers are slow on machines that are busy. */
const TIMEOUT = { timeout: 180_000 };

const PROGRAM = `import { Democracy } from "@polis/democracy";
const democracy = new Democracy({ source: "127.0.0.1:0", peers: [], broadcast: false });
democracy.lead(() => console.log("led")).then(() => democracy.close());
`;

/** The same, told where its worker is. */
const TOLD = PROGRAM.replace("peers: [],", 'peers: [], workerUrl: new URL("./worker.js", import.meta.url),');

const folders = [];
after(() => Promise.all(folders.map((folder) => rm(folder, { recursive: true, force: true }))));

/** A folder in which no package is found. */
async function output() {
  const folder = await mkdtemp(join(tmpdir(), "democracy_bundled_"));
  folders.push(folder);
  return folder;
}

async function source(name, text = PROGRAM) {
  await writeFile(join(here, name), text);
  return join(here, name);
}

async function run(program, args, cwd) {
  const { stdout, stderr } = await execute(program, args, {
    cwd,
    timeout: 60_000,
    env: { ...process.env, NO_COLOR: "1" },
  });
  return { stdout, stderr };
}

/** The package without its worker beside it would start the worker of its text: this says which of the two has run. */
async function assertLeads(folder, file, [program, ...flags] = [process.execPath]) {
  assert.deepEqual(await run(program, [...flags, join(folder, file)], folder), { stdout: "led\n", stderr: "" });
}

async function has(path) {
  return await access(path).then(() => true, () => false);
}

describe("bundlers", () => {
  for (const [format, extension] of [["esm", "mjs"], ["cjs", "cjs"]]) {
    it(`esbuild, ${format}: one file, which has the worker in it`, TIMEOUT, async () => {
      const { build } = require("esbuild");
      const folder = await output();
      const outfile = join(folder, `app.${extension}`);
      const entryPoints = [await source("esbuild.mjs")];
      const { warnings } = await build({
        entryPoints,
        outfile,
        bundle: true,
        platform: "node",
        format,
        logLevel: "silent",
      });
      assert.deepEqual(warnings, []);
      assert.deepEqual(await readdir(folder), [`app.${extension}`]);
      await assertLeads(folder, `app.${extension}`);
    });
  }

  it("esbuild: a second entry is the worker, for whoever wants it in a file", TIMEOUT, async () => {
    const { build } = require("esbuild");
    const folder = await output();
    const entryPoints = { app: await source("esbuild_two.mjs"), worker: "@polis/democracy/worker" };
    const outExtension = { ".js": ".mjs" };
    await build({
      entryPoints,
      outdir: folder,
      outExtension,
      bundle: true,
      platform: "node",
      format: "esm",
      absWorkingDir: here,
    });
    assert.deepEqual((await readdir(folder)).sort(), ["app.mjs", "worker.mjs"]);
    // Broken, it is missed: so it is this one that runs.
    await assertLeads(folder, "app.mjs");
    await writeFile(join(folder, "worker.mjs"), "throw new Error('the worker in the file')");
    const failed = await run(process.execPath, [join(folder, "app.mjs")], folder).catch((error) => error);
    assert.match(failed.stderr, /the worker in the file/);
    assert.match(failed.stderr, /import "@polis\/democracy\/worker";/);
  });

  for (const [format, extension] of [["es", "mjs"], ["cjs", "cjs"]]) {
    it(`Rollup, ${format}`, TIMEOUT, async () => {
      const { rollup } = require("rollup");
      const { nodeResolve } = require("@rollup/plugin-node-resolve");
      const folder = await output();
      const warnings = [];
      const bundle = await rollup({
        input: await source("rollup.mjs"),
        plugins: [nodeResolve()],
        external: /^node:/,
        onwarn: ({ message }) => warnings.push(message),
      });
      await bundle.write({ file: join(folder, `app.${extension}`), format, inlineDynamicImports: true });
      assert.deepEqual(warnings, []);
      await assertLeads(folder, `app.${extension}`);
    });
  }

  for (const module of [true, false]) {
    it(
      `webpack, ${module ? "ES modules" : "CommonJS, as the servers of Next.js"}: the worker is copied by itself`,
      TIMEOUT,
      async () => {
        const webpack = require("webpack");
        const folder = await output();
        const filename = module ? "server/app.mjs" : "server/app.cjs";
        const stats = await promisify(webpack)({
          mode: "production",
          target: "node20",
          context: here,
          entry: await source("webpack.mjs"),
          experiments: { outputModule: module },
          output: {
            path: folder,
            filename,
            assetModuleFilename: "media/[hash][ext]",
            ...(module
              ? { module, chunkFormat: "module", library: { type: "module" } }
              : { library: { type: "commonjs2" } }),
          },
        });
        const { errors, warnings } = stats.toJson({ all: false, errors: true, warnings: true });
        assert.deepEqual([...errors, ...warnings.filter(({ message }) => !/size|performance/i.test(message))], []);
        assert.equal((await readdir(join(folder, "media"))).length, 1, "the worker is an asset");
        await assertLeads(folder, filename);
      },
    );
  }

  for (const noExternal of [true, undefined]) {
    it(`Vite (SSR), ${noExternal ? "with all in one" : "which leaves packages where they are"}`, TIMEOUT, async () => {
      const { build } = await import(join(here, "node_modules/vite/dist/node/index.js"));
      const folder = noExternal ? await output() : join(here, "dist_vite");
      await build({
        root: here,
        configFile: false,
        logLevel: "error",
        ssr: { noExternal },
        build: { ssr: await source("vite.mjs"), outDir: folder, emptyOutDir: true },
      });
      const [file = ""] = (await readdir(folder)).filter((name) => /\.m?js$/.test(name));
      await writeFile(join(folder, "package.json"), '{"type":"module"}');
      await assertLeads(folder, file);
    });
  }

  const bun = join(here, "node_modules/bun/bin/bun.exe");
  it("bun build, for Bun and for Node, and as a program of its own", TIMEOUT, async (test) => {
    const there = await run(bun, ["--version"], here).catch((error) => error);
    if (there instanceof Error) return test.skip(`there is no Bun: ${there.message}`);
    const entry = await source("bun.mjs");
    const folder = await output();
    for (const [target, program] of [["bun", [bun, "run"]], ["node", [process.execPath]]]) {
      await run(bun, ["build", entry, `--target=${target}`, "--outfile", join(folder, `${target}.mjs`)], here);
      await assertLeads(folder, `${target}.mjs`, program);
    }
    await run(bun, ["build", entry, "--compile", "--outfile", join(folder, "app")], here);
    assert.deepEqual(await run(join(folder, "app"), [], folder), { stdout: "led\n", stderr: "" });
  });

  it("deno bundle, of the npm package", { ...TIMEOUT, skip: DENO === undefined && "there is no Deno" }, async () => {
    const folder = await output();
    const args = [
      "bundle",
      "--quiet",
      "--no-config",
      "--node-modules-dir=manual",
      "--outdir",
      folder,
      await source("deno.mjs"),
    ];
    await run(DENO, args, here);
    await assertLeads(folder, "deno.js", [DENO, "run", "--quiet", "--allow-all", "--no-prompt"]);
  });

  it("deno bundle, of the sources as JSR has them: with one line more", {
    ...TIMEOUT,
    skip: DENO === undefined && "there is no Deno",
  }, async () => {
    const folder = await output();
    const from = ["--quiet", "--config", process.env.POLIS_CONFIG, "--node-modules-dir=none"];
    const sources = new URL(".", process.env.POLIS_SOURCE);
    const named = (text) =>
      text.replace("@polis/democracy/worker", new URL("src/worker/main.ts", sources)).replace(
        "@polis/democracy",
        process.env.POLIS_SOURCE,
      );
    await mkdir(join(folder, "in"));
    const app = join(folder, "in/app.ts");
    const worker = join(folder, "in/worker.ts");
    await writeFile(app, named(TOLD));
    await writeFile(worker, named('import "@polis/democracy/worker";'));
    await run(DENO, ["bundle", ...from, "--outdir", join(folder, "out"), app, worker], here);
    await assertLeads(join(folder, "out"), "app.js", [
      DENO,
      "run",
      "--quiet",
      "--no-config",
      "--allow-all",
      "--no-prompt",
    ]);
  });

  it("deno compile", { ...TIMEOUT, skip: DENO === undefined && "there is no Deno" }, async (test) => {
    const folder = await output();
    const app = join(folder, "app");
    const args = ["compile", "--quiet", "--no-config", "--node-modules-dir=manual", "--allow-all", "--output", app];
    const compiled = await run(DENO, [...args, await source("compiled.mjs")], here).catch((error) => error);
    // What is put before the program comes from Deno's own server.
    if (compiled instanceof Error && !await has(app) && /download|sending request|denort/i.test(compiled.stderr)) {
      return test.skip(
        `Deno could not fetch its runtime: ${/error sending request|denort[^\n]*/i.exec(compiled.stderr)?.[0]}`,
      );
    }
    assert.ok(!(compiled instanceof Error), compiled.stderr);
    assert.deepEqual(await run(app, [], folder), { stdout: "led\n", stderr: "" });
  });

  for (const [format, extension] of [["esm", "mjs"], ["cjs", "cjs"]]) {
    it(`the sources, bundled without a word about the worker, say what to do, ${format}`, TIMEOUT, async () => {
      const { build } = require("esbuild");
      const folder = await output();
      const outfile = join(folder, `app.${extension}`);
      const contents = PROGRAM.replace("@polis/democracy", fileURLToPath(process.env.POLIS_SOURCE));
      const packages = join(here, "node_modules");
      await build({
        stdin: { contents, resolveDir: here },
        outfile,
        bundle: true,
        platform: "node",
        format,
        nodePaths: [packages],
        logOverride: { "empty-import-meta": "silent" },
      });
      const failed = await run(process.execPath, [outfile], folder).catch((error) => error);
      assert.notEqual(failed.code, 0);
      const remedy =
        /WorkerError: Cannot run the worker.*, build 'import "@polis\/democracy\/worker";' as a module of its own, and give its URL as "workerUrl"/;
      assert.match(failed.stderr, remedy);
    });
  }
});
