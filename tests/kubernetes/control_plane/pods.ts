/**
 * Pods as processes, in Deno and in Node.
 *
 * @module
 */

import { capture, ROOT } from "../../../scripts/harness/process.ts";

/** Where a pod's program runs. */
export type Runtime = "deno" | "node";

/** A line that a pod has printed. */
export type Line = { readonly [name: string]: unknown };

const HERE = `${ROOT}/tests/kubernetes/control_plane`;
const POD_TIME = 30_000;

/** Everything that is needed to start pods. */
export class PodStarter {
  /** The runtimes of this machine. */
  readonly runtimes: readonly Runtime[];
  readonly #folder: string;

  private constructor(folder: string, runtimes: readonly Runtime[]) {
    this.#folder = folder;
    this.runtimes = runtimes;
  }

  /** Builds one JavaScript file of the library for Node, which reads no TypeScript. */
  static async make(): Promise<PodStarter> {
    const folder = await Deno.makeTempDir({ prefix: "democracy_pods_" });
    const node = await capture("node", ["--version"]);
    if (!node.ok) {
      console.log("control plane: there is no Node on this machine, pods run in Deno only");
      return new PodStarter(folder, ["deno"]);
    }
    const output = ["--platform", "deno", "-o", `${folder}/library.mjs`];
    const { ok, stderr } = await capture(Deno.execPath(), ["bundle", ...output, `${HERE}/entry.ts`]);
    if (!ok) throw new Error(`Cannot bundle the library for Node: ${stderr}`);
    return new PodStarter(folder, ["deno", "node"]);
  }

  /** Starts a pod; `environment` is all it has beside what a process needs. */
  start(runtime: Runtime, task: Line, environment: Readonly<Record<string, string>> = {}): Pod {
    const [program, library] = runtime === "node"
      ? [["node"], `file://${this.#folder}/library.mjs`]
      : [[Deno.execPath(), "run", "-A", "--quiet"], `file://${HERE}/entry.ts`];
    const [command = "", ...args] = [...program, `${HERE}/pod.mjs`, library, JSON.stringify(task)];
    const inherited = ["PATH", "HOME", "DENO_DIR", "XDG_CACHE_HOME"].flatMap((name) => {
      const value = Deno.env.get(name);
      return value === undefined ? [] : [[name, value]];
    });
    return new Pod(
      new Deno.Command(command, {
        args,
        cwd: ROOT,
        clearEnv: true,
        env: { ...Object.fromEntries(inherited), ...environment },
        stdin: "piped",
        stdout: "piped",
        stderr: "inherit",
      }).spawn(),
    );
  }

  /** Removes what was built. */
  async remove(): Promise<void> {
    await Deno.remove(this.#folder, { recursive: true });
  }
}

/** A pod that runs. */
export class Pod {
  /** All lines so far. */
  readonly lines: Line[] = [];
  readonly #child: Deno.ChildProcess;
  readonly #input: WritableStreamDefaultWriter<Uint8Array>;
  readonly #reading: Promise<void>;
  #read = 0;
  #wake = (): void => {};

  /** Reads what the process prints. */
  constructor(child: Deno.ChildProcess) {
    this.#child = child;
    this.#input = child.stdin.getWriter();
    this.#reading = this.#follow();
  }

  /** Writes a line to the pod's standard input. */
  async say(line: string): Promise<void> {
    await this.#input.write(new TextEncoder().encode(`${line}\n`));
  }

  /** The next line, not handed out before, that has what the condition wants. Rejects after 30 s, with what was printed. */
  async next(condition: (line: Line) => boolean): Promise<Line> {
    const deadline = performance.now() + POD_TIME;
    while (true) {
      while (this.#read < this.lines.length) {
        const line = this.lines[this.#read++];
        if (line !== undefined && condition(line)) return line;
      }
      const left = deadline - performance.now();
      if (left <= 0) throw new Error(`The pod did not print it in time: ${JSON.stringify(this.lines, null, 1)}`);
      let timer: ReturnType<typeof setTimeout> | undefined;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
        timer = setTimeout(resolve, left);
      });
      clearTimeout(timer);
    }
  }

  /** Waits for an update with exactly these peers. */
  async nextPeers(...peers: readonly string[]): Promise<void> {
    await this.next((line) => Array.isArray(line.peers) && line.peers.join() === peers.join());
  }

  /** Ends the pod in order. */
  async stop(): Promise<void> {
    await this.#input.close().catch(() => {});
    const timer = setTimeout(() => this.#child.kill("SIGKILL"), POD_TIME);
    await Promise.all([this.#child.status, this.#reading]);
    clearTimeout(timer);
  }

  /** Ends the pod like a crash. */
  async kill(): Promise<void> {
    this.#child.kill("SIGKILL");
    await Promise.all([this.#child.status, this.#reading]);
    await this.#input.abort().catch(() => {});
  }

  async #follow(): Promise<void> {
    let rest = "";
    for await (const chunk of this.#child.stdout.pipeThrough(new TextDecoderStream())) {
      const parts = (rest + chunk).split("\n");
      rest = parts.pop() ?? "";
      for (const part of parts) this.lines.push(JSON.parse(part));
      this.#wake();
    }
  }
}
