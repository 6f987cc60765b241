import { execFileSync } from "node:child_process";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { assert, assertEquals, assertGreater } from "@std/assert";
import { freeAddresses } from "../../scripts/harness/addresses.ts";
import { sleep, until } from "../../scripts/harness/waiting.ts";
import { Command } from "../../scripts/harness/command.ts";

const WRITER = fileURLToPath(new URL("./writer.ts", import.meta.url));
const PACE = ["--interval", "100ms", "--timeout", "1500ms", "--grace", "200ms"];

/** What a run of the command has written: all with one token, by one process. */
interface Run {
  readonly token: number;
  readonly pid: number;
  lines: number;
}

/** The runs in the order of the log. Two at once would write in turns, and come back as runs that alternate. */
async function runsOf(log: string): Promise<Run[]> {
  const runs: Run[] = [];
  for (const line of (await Deno.readTextFile(log)).split("\n").slice(0, -1)) {
    const [token = 0, pid = 0] = line.split(" ").map(Number);
    const last = runs.at(-1);
    if (last?.token === token && last.pid === pid) last.lines++;
    else runs.push({ token, pid, lines: 1 });
  }
  return runs;
}

/** The number that `ps` gives of a process. */
function ask(field: "pgid" | "ppid", pid: number): number {
  return Number(execFileSync("ps", ["-o", `${field}=`, "-p", String(pid)], { encoding: "utf8" }));
}

function isThere(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

class Cluster {
  readonly members: Command[] = [];
  readonly #guards = new Set<number>();
  readonly log: string;
  readonly #peers: readonly string[];
  readonly #name = `test ${crypto.randomUUID()}`;

  constructor(peers: readonly string[], log: string) {
    this.#peers = peers;
    this.log = log;
    for (const index of peers.keys()) this.start(index);
  }

  start(index: number): void {
    const writer = [process.execPath, "run", "-A", "--quiet", "--no-config", WRITER, this.log];
    // A child of the command, so that the whole process group counts.
    const shell = ["sh", "-c", '"$@" & wait', "sh"];
    this.members[index] = new Command(["exec", ...PACE, "--", ...shell, ...writer], {
      DEMOCRACY_SOURCE: this.#peers[index] ?? "",
      DEMOCRACY_PEERS: this.#peers.join(","),
      DEMOCRACY_CLUSTER: this.#name,
      DEMOCRACY_ID: `m${index}`,
    });
  }

  /** The run that goes on: waits for one with a greater token. */
  async after(token: number): Promise<{ readonly run: Run; readonly guard: number; readonly index: number }> {
    const deadline = performance.now() + 30_000;
    for (;;) {
      const run = (await runsOf(this.log)).at(-1);
      if (run !== undefined && run.token > token && isThere(run.pid)) {
        const guard = ask("pgid", run.pid);
        const index = this.members.findIndex((member) => member.pid === ask("ppid", guard));
        this.#guards.add(guard);
        if (index !== -1) return { run, guard, index };
      }
      if (performance.now() > deadline) {
        throw new Error(
          `Nobody runs the command after ${token}: ${this.members.map(({ stderr }) => stderr).join("\n")}`,
        );
      }
      await sleep(20);
    }
  }

  async stop(): Promise<void> {
    await Promise.all(this.members.map((member) => member.kill()));
  }

  /** Ends what a guard that failed has left behind. */
  clear(): void {
    for (const guard of this.#guards) if (isThere(-guard)) process.kill(-guard, "SIGKILL");
  }
}

type Blow = (
  cluster: Cluster,
  at: { readonly run: Run; readonly guard: number; readonly index: number },
) => Promise<void>;

/** What happens to the leader, by name. Each must make another run begin. */
const BLOWS: Readonly<Record<string, Blow>> = {
  async "the member is killed"(cluster, { index }) {
    await cluster.members[index]?.kill();
    cluster.start(index);
  },
  async "the member is stopped for longer than its lease"(cluster, { run, index }) {
    cluster.members[index]?.signal("SIGSTOP");
    await cluster.after(run.token);
    cluster.members[index]?.signal("SIGCONT");
  },
  async "the guard is killed"(_cluster, { guard }) {
    process.kill(guard, "SIGKILL");
    await until("the guard is gone", () => !isThere(guard));
  },
  async "the guard is stopped, and then killed"(_cluster, { guard }) {
    process.kill(guard, "SIGSTOP");
    await sleep(200);
    process.kill(guard, "SIGKILL");
    await until("the guard is gone", () => !isThere(guard));
  },
};

Deno.test("exec: whoever is killed or stopped, the command never runs twice at once", async () => {
  const log = await Deno.makeTempFile({ prefix: "democracy_exec_" });
  const cluster = new Cluster(await freeAddresses(3), log);
  try {
    let at = await cluster.after(0);
    for (const blow of Object.values(BLOWS)) {
      await blow(cluster, at);
      at = await cluster.after(at.run.token);
      await sleep(300);
    }
    // All guards must notice that their members are gone, and leave nothing behind.
    const { guard, run } = await cluster.after(0);
    await cluster.stop();
    await until("the command of the last leader is gone", () => !isThere(run.pid) && !isThere(guard));
    const runs = await runsOf(log);
    assertGreater(runs.length, Object.keys(BLOWS).length);
    const tokens = runs.map(({ token }) => token);
    assertEquals(tokens, [...new Set(tokens)].sort((a, b) => a - b), "runs alternate, or tokens fall");
    assert(runs.every(({ lines }) => lines > 0));
  } finally {
    await cluster.stop();
    cluster.clear();
    await Deno.remove(log);
  }
});
