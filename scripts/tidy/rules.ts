/**
 * The rules of tidiness. Each gives its findings; a finding with `fatal` unset is advice.
 *
 * @module
 */

import type { Facts, Mark } from "./facts.ts";
import { companionOf, cycles, importProblem, isPublished } from "./layers.ts";

/** Something to mend. */
export interface Finding {
  readonly path: string;
  readonly line: number;
  readonly rule: string;
  readonly message: string;
  readonly fatal: boolean;
}

const SIZES = { advisedLines: 300, maxLines: 400, maxFunctionLines: 70 };

/** The only places that may ask which runtime they are in. */
const RUNTIME_AWARE = /^src\/(transport\/|worker\/(port|exit|signals)\.ts$)/;

const IMPURE_NAMES = new Set([
  ...["Date", "performance", "crypto", "fetch", "console", "process", "Deno", "globalThis"],
  ...["setTimeout", "setInterval", "setImmediate", "queueMicrotask", "clearTimeout", "clearInterval"],
]);

/** Groups tests, and does nothing itself. */
const GROUP = "function given to describe";

const UNFINISHED = /\b(TODO|FIXME|XXX|HACK)\b/;
const SILENCED = /@ts-(ignore|nocheck)/;
const EXPECTED = /@ts-expect-error/;

function finding(file: Facts, { line }: { line: number }, rule: string, message: string): Finding {
  return { path: file.path, line, rule, message, fatal: true };
}

function layers(file: Facts): Finding[] {
  return file.imports.flatMap((each) => {
    const problem = importProblem(file.path, each);
    return problem === undefined ? [] : [finding(file, each, "layers", problem)];
  });
}

function purity(file: Facts): Finding[] {
  if (!file.path.startsWith("src/core/")) return [];
  const random = file.members.filter(({ name }) => name === "Math.random");
  const impure = [...file.names.filter(({ name }) => IMPURE_NAMES.has(name)), ...random];
  return impure.map((mark) =>
    finding(file, mark, "pure-core", `uses ${mark.name}: time and randomness reach the core as data`)
  );
}

function runtime(file: Facts): Finding[] {
  if (RUNTIME_AWARE.test(file.path) || companionOf(file.path) !== undefined) return [];
  const marks: Mark[] = [
    ...file.names.filter(({ name }) => name === "Deno"),
    ...file.members.filter(({ name }) => name === "globalThis.Deno" || name.startsWith("process.")),
    ...file.strings.filter(({ name }) => name === "Deno"),
    ...file.imports.filter(({ specifier }) => specifier === "node:process")
      .map(({ specifier, line }) => ({ name: specifier, line })),
  ];
  return marks.map((mark) =>
    finding(
      file,
      mark,
      "runtime",
      `uses ${mark.name}: only src/transport, and port, exit and signals of src/worker, know the runtime`,
    )
  );
}

function quiet(file: Facts): Finding[] {
  return file.members.filter(({ name }) => name.startsWith("console.")).map((mark) =>
    finding(file, mark, "no-console", `uses ${mark.name}: the library speaks through its logger`)
  );
}

function finished(file: Facts): Finding[] {
  return [
    ...file.comments.filter(({ name }) => UNFINISHED.test(name))
      .map((mark) => finding(file, mark, "finished", "a comment puts work off")),
    ...file.comments.filter(({ name }) => SILENCED.test(name) || (isPublished(file.path) && EXPECTED.test(name)))
      .map((mark) => finding(file, mark, "typed", "a comment silences the type checker")),
    ...file.anyCasts.map((mark) => finding(file, mark, "typed", "casts to any")),
  ];
}

function sizes(file: Facts): Finding[] {
  const long = file.functions.filter(({ lines, name }) => lines > SIZES.maxFunctionLines && name !== GROUP);
  const found = long.map((each) =>
    finding(file, each, "size", `${each.name} has ${each.lines} lines, more than ${SIZES.maxFunctionLines}`)
  );
  if (file.lines > SIZES.advisedLines) {
    const fatal = file.lines > SIZES.maxLines;
    const bound = fatal ? SIZES.maxLines : SIZES.advisedLines;
    found.push({ ...finding(file, { line: 1 }, "size", `${file.lines} lines, more than ${bound}`), fatal });
  }
  return found;
}

function circles(files: readonly Facts[]): Finding[] {
  return cycles(files).map((circle) => ({
    path: circle[0] ?? "",
    line: 1,
    rule: "cycle",
    message: circle.join(" -> "),
    fatal: true,
  }));
}

/** One name, one meaning: who reads a constant elsewhere, or searches for it, finds the one that is meant. */
function sharedNames(files: readonly Facts[]): Finding[] {
  const first = new Map<string, string>();
  return files.flatMap((file) =>
    file.constants.flatMap((mark) => {
      const known = first.get(mark.name);
      first.set(mark.name, known ?? file.path);
      return known === undefined ? [] : [finding(file, mark, "names", `${mark.name} is another thing in ${known}`)];
    })
  );
}

/** All findings in all files. */
export function inspect(files: readonly Facts[]): Finding[] {
  const published = files.filter(({ path }) => isPublished(path));
  const found = [
    ...published.flatMap((file) => [...purity(file), ...runtime(file), ...quiet(file)]),
    ...files.flatMap((file) => [...layers(file), ...finished(file), ...sizes(file)]),
    ...circles(files),
    ...sharedNames(published),
  ];
  const seen = new Set<string>();
  return found.filter((each) => {
    const key = `${each.path}:${each.line}:${each.rule}:${each.message}`;
    return !seen.has(key) && seen.add(key);
  });
}
