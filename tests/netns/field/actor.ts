/**
 * Members as processes in places of a network, in Deno and in Node.
 *
 * @module
 */

import { readLines } from "../../../scripts/harness/lines.ts";
import { capture } from "../../../scripts/harness/process.ts";
import { until } from "../../../scripts/harness/waiting.ts";
import type { Network } from "../network.ts";
import type { Task, Word } from "./member.ts";

const MEMBER = "tests/netns/field/member.ts";
const WORKER = "src/worker/main.ts";
const MUTE = "tests/netns/field/mute.ts";

/** How a member is started in one runtime. */
export interface Runtime {
  readonly name: "Deno" | "Node";
  readonly command: readonly string[];
  readonly workerUrl?: string;
}

/** Gets all that is needed, because in the places there is no way to a registry. */
export async function prepareRuntimes(folder: string): Promise<readonly Runtime[]> {
  await mustRun(["cache", "--quiet", MEMBER, WORKER, MUTE]);
  const deno: Runtime = { name: "Deno", command: [Deno.execPath(), "run", "-A", "--quiet", "--cached-only", MEMBER] };
  if (!(await capture("node", ["--version"])).ok) {
    console.log("network namespaces: there is no Node on this machine, all members run in Deno");
    return [deno];
  }
  await mustRun(["bundle", "--quiet", "--platform", "deno", "--outdir", folder, MEMBER, WORKER]);
  await Deno.writeTextFile(`${folder}/package.json`, JSON.stringify({ type: "module" }));
  const script = (path: string): string => `${folder}/${path.replace(/\.ts$/u, ".js")}`;
  return [deno, { name: "Node", command: ["node", script(MEMBER)], workerUrl: `file://${script(WORKER)}` }];
}

async function mustRun(args: readonly string[]): Promise<void> {
  const { ok, stderr } = await capture(Deno.execPath(), args);
  if (!ok) throw new Error(`"${args.join(" ")}" failed: ${stderr}`);
}

/** A name server in a place that says nothing; ended by what is returned. */
export async function startMute(network: Network, place: string): Promise<() => Promise<void>> {
  const [program = "", ...args] = [
    ...network.enter(place),
    Deno.execPath(),
    "run",
    "-A",
    "--quiet",
    "--cached-only",
    MUTE,
  ];
  const child = new Deno.Command(program, { args, stdin: "null", stdout: "piped", stderr: "inherit" }).spawn();
  const output = child.stdout.getReader();
  await output.read();
  return async () => {
    child.kill("SIGKILL");
    await child.status;
    await output.cancel();
  };
}

/** A member, and what it has said. */
export class Actor {
  readonly id: string;
  readonly words: Word[] = [];
  readonly #child: Deno.ChildProcess;
  readonly #read: Promise<void>;
  #stderr = "";

  constructor(network: Network, place: string, runtime: Runtime, task: Task) {
    const { options } = task;
    this.id = options.id ?? place;
    const more = runtime.workerUrl === undefined ? {} : { workerUrl: runtime.workerUrl };
    const full: Task = { ...task, options: { ...options, id: this.id, broadcast: false, ...more } };
    const [program = "", ...args] = [...network.enter(place), ...runtime.command, JSON.stringify(full)];
    this.#child = new Deno.Command(program, { args, stdin: "piped", stdout: "piped", stderr: "piped" }).spawn();
    this.#read = Promise.all([this.#readStdout(), this.#readStderr()]).then(() => {});
  }

  /** The last word of this type. */
  last<Type extends Word["type"]>(type: Type): Extract<Word, { type: Type }> | undefined {
    return this.words.findLast((word): word is Extract<Word, { type: Type }> => word.type === type);
  }

  /** Waits until it has said this. */
  async says(what: string, condition: () => boolean, ms = 20_000): Promise<void> {
    await until(`${this.id} says ${what}`, condition, ms).catch((error) => {
      throw new Error(`${error.message}\nIt said: ${JSON.stringify(this.words.slice(-5))}\n${this.#stderr}`);
    });
  }

  /** Asks it to close; resolves to the ms until its process has ended by itself. */
  async close(): Promise<number> {
    const writer = this.#child.stdin.getWriter();
    const from = performance.now();
    await writer.write(new TextEncoder().encode("close\n"));
    await this.#child.status;
    const ms = performance.now() - from;
    await writer.close().catch(() => {});
    await this.#read;
    return ms;
  }

  /** Ends it without a word. */
  async kill(): Promise<void> {
    try {
      this.#child.kill("SIGKILL");
    } catch {
      // It has ended.
    }
    await this.#child.status;
    await this.#read;
    await this.#child.stdin.close().catch(() => {});
  }

  async #readStdout(): Promise<void> {
    for await (const line of readLines(this.#child.stdout)) this.words.push(JSON.parse(line));
  }

  async #readStderr(): Promise<void> {
    for await (const line of readLines(this.#child.stderr)) this.#stderr = `${this.#stderr}${line}\n`.slice(-2000);
  }
}

/** Waits until these agree that one of them leads, and see one another; resolves to it. */
export async function agreedAmong(actors: readonly Actor[]): Promise<Actor> {
  const ids = actors.map(({ id }) => id).sort();
  const leading = (): Actor | undefined => actors.find((actor) => actor.last("state")?.leads);
  await until(`${ids.join(", ")} agree`, () => {
    const leader = leading();
    return leader !== undefined && actors.every((actor) => {
      const state = actor.last("state");
      return state?.leader === leader.id && [...state.nodes].sort().join() === ids.join();
    });
  }, 30_000).catch((error) => {
    throw new Error(`${error.message}: ${JSON.stringify(actors.map((actor) => [actor.id, actor.words.slice(-3)]))}`);
  });
  const leader = leading();
  if (leader === undefined) throw new Error("Nobody leads any more");
  return leader;
}
