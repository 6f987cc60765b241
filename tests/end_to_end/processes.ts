/**
 * Members that are processes of their own, so that they can be killed, stopped and blocked one by one.
 *
 * @module
 */

import { type ChildProcess, spawn } from "node:child_process";
import process from "node:process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import type { Options } from "../../mod.ts";
import { freeAddresses } from "../../scripts/harness/addresses.ts";
import { QUICK } from "../../scripts/harness/members.ts";
import { until } from "../../scripts/harness/waiting.ts";
import type { Line } from "./member.ts";

const MEMBER = fileURLToPath(new URL("./member.ts", import.meta.url));
const IMPORT_MAP = fileURLToPath(new URL("../npm_only.import_map.json", import.meta.url));

/** One member process, and all that it has said. */
export class MemberProcess {
  readonly id: string;
  /** `ip:port`. */
  readonly source: string;
  readonly lines: Line[] = [];
  readonly #child: ChildProcess;
  readonly #exit: Promise<number | null>;
  #gone = false;

  constructor(options: Options & { readonly id: string; readonly source: string }) {
    this.id = options.id;
    this.source = options.source;
    const args = ["run", "-A", "--quiet", "--no-check", "--import-map", IMPORT_MAP, MEMBER, JSON.stringify(options)];
    this.#child = spawn(process.execPath, args, { stdio: ["pipe", "pipe", "inherit"] });
    this.#exit = new Promise((resolve) => {
      this.#child.on("exit", (code) => {
        this.#gone = true;
        resolve(code);
      });
    });
    const { stdout } = this.#child;
    if (stdout !== null) createInterface({ input: stdout }).on("line", (line) => this.lines.push(JSON.parse(line)));
  }

  /** What it has said of one kind. */
  said<Type extends Line["type"]>(type: Type): Extract<Line, { type: Type }>[] {
    return this.lines.filter((line): line is Extract<Line, { type: Type }> => line.type === type);
  }

  /** Who leads, as it was told last. */
  leader(): string | null {
    return this.said("leader").at(-1)?.id ?? null;
  }

  /** Waits until it has said `count` things of one kind. */
  async hears(type: Line["type"], count = 1): Promise<void> {
    await until(`${this.id} says ${type}`, () => this.said(type).length >= count, 20_000);
  }

  order(line: string): void {
    this.#child.stdin?.write(`${line}\n`);
  }

  signal(name: "SIGKILL" | "SIGSTOP" | "SIGCONT"): void {
    // Not `child.kill`: Deno's sends a process one signal at most.
    if (this.#child.pid === undefined || this.#gone) return;
    try {
      process.kill(this.#child.pid, name);
    } catch {
      // It went a moment ago.
    }
  }

  /** Lets it close; resolves with its exit code. */
  async close(): Promise<number | null> {
    // An open standard input alone would keep it alive.
    this.#child.stdin?.end("close\n");
    const limit = setTimeout(() => this.signal("SIGKILL"), 10_000);
    const code = await this.#exit;
    clearTimeout(limit);
    return code;
  }

  /** Resolves when it is gone, whatever it was doing. */
  async kill(): Promise<void> {
    this.signal("SIGKILL");
    await this.#exit;
  }
}

/** A cluster of processes, the first the heaviest and elected. */
export async function withProcesses(
  options: Partial<Options>,
  test: (members: [MemberProcess, MemberProcess, MemberProcess]) => Promise<void>,
): Promise<void> {
  const peers = await freeAddresses(3);
  const cluster = `test ${crypto.randomUUID()}`;
  const start = (index: number): MemberProcess =>
    new MemberProcess({
      ...QUICK,
      cluster,
      peers,
      source: peers[index] ?? "",
      id: `m${index}`,
      weight: 3 - index,
      ...options,
    });
  const members: [MemberProcess, MemberProcess, MemberProcess] = [start(0), start(1), start(2)];
  try {
    await until("all agree on a leader", () => {
      const leader = members[0].leader();
      return leader !== null && members.every((member) => member.leader() === leader);
    }, 30_000);
    await test(members);
  } finally {
    await Promise.all(members.map((member) => member.kill()));
  }
}

/** The times at which two members both believed that they led; each must have closed, so that it has told all. */
export function overlaps(members: readonly MemberProcess[]): string[] {
  const tenures = members.flatMap((member) => member.said("led").map((led) => ({ id: member.id, ...led })));
  tenures.sort((one, other) => one.first - other.first);
  return tenures.flatMap((tenure, index) => {
    const before = tenures[index - 1];
    return before !== undefined && before.id !== tenure.id && before.last > tenure.first
      ? [`${before.id} until ${before.last}, ${tenure.id} from ${tenure.first}`]
      : [];
  });
}
