/**
 * The code of the npm package: one module for each thread, so that a process starts in half the time, and takes 10 MB less. Source
 * maps lead a stack trace to the line of the source.
 *
 * - `mod.js`: the library, and what it needs of {@linkcode INLINED};
 * - `worker.mjs`: the thread that elects. It imports nothing but Node, so that a bundler may copy it to anywhere; and where a bundler
 *   has left it behind, the library has its text;
 * - `guard.mjs`: the process between a member and the command of `democracy exec`;
 * - the companions, which share with the library what the library exports, and with one another some chunks.
 *
 * @module
 */

import { build, type BuildOptions, type OutputFile, type Plugin, stop } from "esbuild";
import { dirname, resolve } from "node:path";
import { ROOT } from "../harness/process.ts";
import { fileOf } from "./manifest.ts";

/** Packages that become a part of the code: to load LogTape whole would cost every process 15 ms and 6 MB. */
export const INLINED: readonly string[] = ["@logtape/logtape", "devalue"];

const GUARD = { file: "guard.mjs", source: "src/cli/exec/guard.ts" };

const COMMON = {
  absWorkingDir: ROOT,
  bundle: true,
  platform: "node",
  format: "esm",
  target: "node20",
  legalComments: "none",
  sourcemap: "linked",
  sourcesContent: false,
  write: false,
  logLevel: "warning",
} as const satisfies BuildOptions;

/** A literal URL, which bundlers find; and where that leads nowhere, because one has not, the text of the worker. */
function workerEntryText(worker: string): string {
  return `
    import { existsSync } from "node:fs";
    export function workerEntry() {
      // What a bundler makes of an ES module need not be one.
      if (import.meta.url !== undefined) {
        const url = new URL("./${fileOf("./worker")}", import.meta.url);
        if (url.protocol !== "file:" || existsSync(url)) return url.href;
      }
      return "data:text/javascript," + encodeURIComponent(${JSON.stringify(worker)});
    }`;
}

const GUARD_ENTRY_TEXT = `
  export function guardEntry() {
    return new URL("./${GUARD.file}", import.meta.url).href;
  }`;

/** Has these modules, by their paths from the root, consist of other text. */
function replacing(texts: Readonly<Record<string, string>>): Plugin {
  return {
    name: "replacing",
    setup({ onLoad }) {
      for (const [path, contents] of Object.entries(texts)) {
        const filter = new RegExp(`/${path.replaceAll(".", "\\.")}$`);
        onLoad({ filter, namespace: "file" }, () => ({ contents, loader: "js", resolveDir: ROOT }));
      }
    },
  };
}

/** The values that a module of exports exports from others, by the paths of these. */
export function sharedNames(text: string): Map<string, string[]> {
  const shared = new Map<string, string[]>();
  for (const [, names = "", path = ""] of text.matchAll(/^export \{([^}]*)\} from "(\.[^"]*)"/gm)) {
    const values = names.split(",").map((name) => name.trim()).filter((name) => /^[A-Z]\w*$/i.test(name));
    if (values.length > 0) shared.set(resolve(ROOT, path), values);
  }
  return shared;
}

/** Takes from the library what it exports, so that there is one of each class: `instanceof` must not depend on who imported it. */
function sharing(shared: ReadonlyMap<string, readonly string[]>): Plugin {
  const library = `./${fileOf(".")}`;
  return {
    name: "sharing",
    setup({ onLoad, onResolve }) {
      // What nobody uses is left out: some companions never need the library.
      const sideEffects = false;
      onResolve({ filter: /^\.{1,2}\// }, ({ path, importer, namespace }) => {
        if (namespace === "shared") return { path, external: true, sideEffects };
        const target = resolve(dirname(importer), path);
        return shared.has(target) ? { path: target, namespace: "shared", sideEffects } : undefined;
      });
      onResolve({ filter: /\?own$/ }, ({ path }) => ({ path: path.slice(0, -"?own".length), sideEffects }));
      onLoad({ filter: /./, namespace: "shared" }, ({ path }) => ({
        // A name that is exported by itself goes before one of the star.
        contents: `export * from ${JSON.stringify(`${path}?own`)};
          export { ${shared.get(path)?.join(", ")} } from "${library}";`,
        resolveDir: ROOT,
      }));
    },
  };
}

/** All other packages are dependencies. */
const INLINING: Plugin = {
  name: "inlining",
  setup({ onResolve }) {
    onResolve({ filter: /^[^./]/ }, ({ path, kind, importer }) => {
      const isOwn = kind !== "entry-point" && !importer.includes("/node_modules/");
      return isOwn && !INLINED.includes(path) ? { path, external: true } : undefined;
    });
  },
};

async function textOf(source: string): Promise<string> {
  const { outputFiles } = await build({
    ...COMMON,
    entryPoints: [source],
    outdir: ROOT,
    minify: true,
    sourcemap: false,
  });
  return outputFiles[0]?.text ?? "";
}

/** Sources are named as if `src` lay beside the code, wherever the package ends up. */
function withNearSources({ path, text }: OutputFile, up: string): string {
  if (!path.endsWith(".map")) return text;
  const map: { sources: string[] } = JSON.parse(text);
  return JSON.stringify({ ...map, sources: map.sources.map((each) => each.replace(up, "../")) });
}

/**
 * Writes the modules of these entries, named by their sources, into a folder below the root.
 *
 * @param packages Where {@linkcode INLINED} are installed.
 */
export async function bundle(
  entries: Readonly<Record<string, string>>,
  packages: string,
  folder: string,
): Promise<void> {
  const { ".": library = "", "./worker": worker = "", ...companions } = entries;
  const output = { ...COMMON, nodePaths: [packages], outdir: folder };
  const entriesOfThreads = replacing({
    "src/worker/entry.ts": workerEntryText(await textOf(worker)),
    "src/cli/exec/guard_entry.ts": GUARD_ENTRY_TEXT,
  });
  const outExtension = { ".js": ".mjs" };
  const shared = sharedNames(await Deno.readTextFile(resolve(ROOT, library)));
  const named = Object.entries(companions).map(([entry, source]) => [fileOf(entry).replace(/\.js$/, ""), source]);
  try {
    const built = await Promise.all([
      build({ ...output, entryPoints: { mod: library }, plugins: [entriesOfThreads, INLINING] }),
      build({ ...output, entryPoints: { worker, guard: GUARD.source }, outExtension }),
      build({
        ...output,
        entryPoints: Object.fromEntries(named),
        splitting: true,
        plugins: [sharing(shared), entriesOfThreads, INLINING],
      }),
    ]);
    await Deno.mkdir(folder, { recursive: true });
    const up = "../".repeat(folder.slice(ROOT.length).split("/").length - 1);
    for (const file of built.flatMap(({ outputFiles }) => outputFiles)) {
      await Deno.writeTextFile(file.path, withNearSources(file, up));
    }
  } finally {
    await stop();
  }
}
