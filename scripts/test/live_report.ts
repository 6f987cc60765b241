/**
 * What `deno test` prints, read as it comes: its own report is written at the end, and a run that hangs has none.
 *
 * @module
 */

import type { Tally } from "../tally.ts";

const FILE = /^running (?:\d+ )?tests? from (?:\.\/)?(.+)$/;
const RESULT = /^( *)(.+) \.\.\. (ok|FAILED|ignored|cancelled)(?: \(.*\))?$/;
/** Where Deno has said meanwhile that a test takes long, the name stands in a line before. */
const LATE_RESULT = /^ (ok|FAILED|ignored|cancelled)(?: \(.*\))?$/;
const START = /^( *)(.+) \.\.\.$/;
/** A file that failed outside of its tests. */
const BROKEN_FILE = /^(?:error (?:\.\/)?(.+ called `Deno\.exit\(\d+\)`)|Uncaught error from (?:\.\/)?(.+) FAILED$)/;
const OUTPUT = /^-+ (?:\S+ )?output -+$/;
const OUTPUT_END = /^-+ (?:\S+ )?output end -+$/;
// deno-lint-ignore no-control-regex
const COLORS = /\u001b\[[\d;]*m/g;

/** The tests that one run has finished, and the one that it is at. */
export class LiveReport {
  #passed = 0;
  #failed = 0;
  #file: string | undefined;
  /** The test that runs, and the steps within it. */
  #running: string[] = [];
  #rest = "";
  #quoting = false;
  readonly #failures: string[] = [];

  /** Takes what was printed on standard output; whether a test, or a step of one, has begun or ended by it. */
  take(text: string): boolean {
    const lines = (this.#rest + text).split("\n");
    this.#rest = lines.pop() ?? "";
    let progress = false;
    for (const line of lines) progress = this.#read(line.replaceAll(COLORS, "").trimEnd()) || progress;
    // The name of a test is printed when it begins, and its result behind it.
    const begun = START.exec(this.#rest.replaceAll(COLORS, "").trimEnd());
    return this.#begin(begun) || progress;
  }

  /** What has passed and failed so far; a step is no test. */
  get tally(): Tally {
    return { passed: this.#passed, failed: this.#failed };
  }

  /** The tests that failed so far, each with its file. */
  get failures(): readonly string[] {
    return this.#failures;
  }

  /** The test that runs, with its file and steps; undefined before the first and after the last. */
  get running(): string | undefined {
    return this.#running.length === 0 ? undefined : this.#named(this.#running.join(" > "));
  }

  /** The file whose tests run; undefined as long as files are only loaded. */
  get file(): string | undefined {
    return this.#file;
  }

  #read(line: string): boolean {
    if (OUTPUT_END.test(line)) {
      this.#quoting = false;
      return false;
    }
    if (this.#quoting) return false;
    if (OUTPUT.test(line)) {
      this.#quoting = true;
      return false;
    }
    const [, file] = FILE.exec(line) ?? [];
    if (file !== undefined) {
      this.#file = file;
      this.#running = [];
      return true;
    }
    const [, exited, threw] = BROKEN_FILE.exec(line) ?? [];
    if (exited !== undefined) return this.#break(exited);
    if (threw !== undefined) return this.#break(`${threw}: an uncaught error`);
    const [, late] = LATE_RESULT.exec(line) ?? [];
    if (late !== undefined) return this.#end(this.#running.length - 1, this.#running.at(-1) ?? "", late);
    const [, indent = "", name = "", result] = RESULT.exec(line) ?? [];
    return result === undefined ? this.#begin(START.exec(line)) : this.#end(indent.length / 2, name, result);
  }

  #begin(found: RegExpExecArray | null): boolean {
    if (found === null || this.#quoting || this.#file === undefined) return false;
    const [, indent = "", name = ""] = found;
    const depth = indent.length / 2;
    if (this.#running.length === depth + 1 && this.#running[depth] === name) return false;
    this.#running = [...this.#running.slice(0, depth), name];
    return true;
  }

  #end(depth: number, name: string, result: string): boolean {
    if (this.#file === undefined || depth < 0) return false;
    this.#running = this.#running.slice(0, depth);
    if (depth > 0) return true;
    if (result === "ok") this.#passed++;
    if (result === "FAILED" || result === "cancelled") {
      this.#failed++;
      this.#failures.push(this.#named(name));
    }
    return true;
  }

  #break(what: string): boolean {
    this.#failed++;
    this.#failures.push(what);
    return true;
  }

  #named(name: string): string {
    return `${this.#file}: ${name}`;
  }
}
