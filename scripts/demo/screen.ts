/**
 * What the user sees: lines that stay and, in a terminal, a picture below them that is redrawn in place.
 *
 * @module
 */

import { escapeUnprintable } from "../../src/base/printable.ts";

/** Where the text goes. */
export interface Output {
  write(text: string): void;
  readonly isTerminal: boolean;
  /** The width of the terminal. */
  columns(): number;
}

const CLEAR_BELOW = "\x1b[J";
const HIDE_CURSOR = "\x1b[?25l";
const SHOW_CURSOR = "\x1b[?25h";

/** ANSI styles. */
export const STYLES = { bold: "1", dim: "2", green: "32", red: "31", yellow: "33", cyan: "36" } as const;

/** The standard output. */
export const STDOUT: Output = {
  write(text: string): void {
    let bytes = new TextEncoder().encode(text);
    while (bytes.length > 0) bytes = bytes.subarray(Deno.stdout.writeSync(bytes));
  },
  isTerminal: Deno.stdout.isTerminal(),
  columns: () => Deno.consoleSize().columns,
};

/** Lines that stay above a picture that changes. */
export class Screen {
  readonly #output: Output;
  #picture: readonly string[] = [];

  constructor(output: Output) {
    this.#output = output;
    if (output.isTerminal) output.write(HIDE_CURSOR);
  }

  /** Whether there is a picture at all. */
  get isLive(): boolean {
    return this.#output.isTerminal;
  }

  /** The text in this style, where that can be shown. */
  style(name: keyof typeof STYLES, text: string): string {
    return this.#output.isTerminal ? `\x1b[${STYLES[name]}m${text}\x1b[0m` : text;
  }

  /** Writes lines that stay. */
  print(...lines: readonly string[]): void {
    const below = this.isLive ? this.#erased() : "";
    this.#output.write(`${below}${lines.map((line) => `${this.#shown(line)}\n`).join("")}${this.#drawn()}`);
  }

  /** Puts another picture in the place of the last; nothing where there is no terminal. */
  draw(picture: readonly string[]): void {
    if (!this.isLive) return;
    const erased = this.#erased();
    this.#picture = picture;
    this.#output.write(erased + this.#drawn());
  }

  /** Takes the picture away, and gives the cursor back. */
  close(): void {
    if (!this.isLive) return;
    this.#output.write(this.#erased() + SHOW_CURSOR);
    this.#picture = [];
  }

  /** The line with nothing that acts but, on a terminal, styles: parts of it may be what others wrote. */
  #shown(line: string): string {
    if (!this.isLive) return escapeUnprintable(line);
    // deno-lint-ignore no-control-regex -- styles begin with the escape character
    const parts = line.split(/(\x1b\[[\d;]*m)/u);
    return parts.map((part, index) => index % 2 === 1 ? part : escapeUnprintable(part)).join("");
  }

  #erased(): string {
    const up = this.#picture.length;
    return up === 0 ? "" : `\r\x1b[${up}A${CLEAR_BELOW}`;
  }

  #drawn(): string {
    if (this.#picture.length === 0) return "";
    // A line that the terminal folds would take two, and the next picture would be drawn too low.
    const columns = this.#output.columns();
    return this.#picture.map((line) => `${cut(this.#shown(line), columns - 1)}\n`).join("");
  }
}

/** The first characters of a line, its styles not counted. */
function cut(line: string, columns: number): string {
  let shown = 0;
  let kept = "";
  // deno-lint-ignore no-control-regex -- styles begin with the escape character
  for (const [piece] of line.matchAll(/\x1b\[[\d;]*m|[^]/gu)) {
    if (piece.length > 2) kept += piece;
    else if (shown++ < columns) kept += piece;
  }
  return kept;
}
