/**
 * `deno task build:ui`: makes `src/ui/assets.ts` of what is in `src/ui/page/`. The page must reach its readers from
 * JSR and from npm, where a package has modules, and nothing that could be read as a file in both.
 *
 * @module
 */

import ts from "typescript";
import { ROOT } from "./harness/process.ts";

const PAGE = `${ROOT}/src/ui/page`;
const ASSETS = `${ROOT}/src/ui/assets.ts`;

const TYPES: Readonly<Record<string, string>> = {
  css: "text/css; charset=utf-8",
  html: "text/html; charset=utf-8",
  js: "text/javascript; charset=utf-8",
  svg: "image/svg+xml",
};

const HEAD = `// deno-fmt-ignore-file -- made by a program, for programs
/**
 * The files of the page. Made by \`deno task build:ui\` of what is in \`page/\`: change it there.
 *
 * @module
 */

/** A file as it is served. */
export interface Asset {
  readonly type: string;
  readonly body: string;
}

/** All files, by name. */
export const ASSETS: Readonly<Record<string, Asset>> = {
`;

function compile(name: string, text: string): string {
  return ts.transpileModule(text, {
    fileName: name,
    compilerOptions: {
      target: ts.ScriptTarget.ES2022,
      module: ts.ModuleKind.ESNext,
      rewriteRelativeImportExtensions: true,
      removeComments: true,
      verbatimModuleSyntax: true,
    },
  }).outputText;
}

/** The text of `src/ui/assets.ts`. */
export async function makeAssets(): Promise<string> {
  const names = await Array.fromAsync(Deno.readDir(PAGE), ({ name }) => name);
  let text = HEAD;
  for (const name of names.sort()) {
    const source = await Deno.readTextFile(`${PAGE}/${name}`);
    const isScript = name.endsWith(".ts");
    const served = isScript ? name.replace(/ts$/, "js") : name;
    const body = isScript ? compile(name, source) : source;
    const type = TYPES[served.replace(/^.*\./, "")];
    if (type === undefined) throw new TypeError(`Cannot build the page: "${name}" is of no known type`);
    // A module of types only is nothing to a browser.
    if (isScript && /^\s*(export \{\};)?\s*$/.test(body)) continue;
    text += `  ${JSON.stringify(served)}: {\n    type: ${JSON.stringify(type)},\n    body:\n      ${
      JSON.stringify(body)
    },\n  },\n`;
  }
  return `${text}};\n`;
}

if (import.meta.main) {
  await Deno.writeTextFile(ASSETS, await makeAssets());
  console.log(`Wrote ${ASSETS}`);
}
