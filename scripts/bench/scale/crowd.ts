/**
 * A process with many members, each with a socket of its own, which all share the main thread. It is told by stdin what to
 * do, and ends when stdin does.
 *
 * @module
 */

import process from "node:process";
import { Democracy } from "../../../mod.ts";
import { sleep } from "../../harness/waiting.ts";
import { readLines } from "../../harness/lines.ts";
import type {
  CrowdAnswers,
  CrowdCommand,
  CrowdLine,
  CrowdMemory,
  CrowdSettings,
  CrowdUsage,
  CrowdView,
} from "./crowd_protocol.ts";

/** ms between two members of a process that join: as in a rollout, and not all in one turn of a thread that they share. */
const JOIN_PAUSE = 40;

const encoder = new TextEncoder();

class Crowd {
  readonly #members: Democracy[] = [];
  #removals = 0;

  async obey(command: CrowdCommand): Promise<CrowdAnswers[keyof CrowdAnswers]> {
    switch (command.name) {
      case "join":
        return await this.#join(command.settings);
      case "look":
        return this.#look();
      case "usage":
        return this.#usage();
      case "memory":
        return measureMemory();
    }
  }

  async leave(): Promise<void> {
    await Promise.all(this.#members.map((member) => member.close()));
  }

  async #join({ sources, ...options }: CrowdSettings): Promise<CrowdAnswers["join"]> {
    for (const source of sources) {
      const member = new Democracy({ ...options, source, id: source, isolation: "none", broadcast: false });
      member.on("removed", () => this.#removals++);
      this.#members.push(member);
      await sleep(JOIN_PAUSE);
    }
    await Promise.all(this.#members.map(({ ready }) => ready));
    return { joined: this.#members.length };
  }

  #look(): CrowdView {
    const seen = this.#members.map((member) => Object.keys(member.nodes()).length);
    const leaders = new Set(this.#members.map((member) => member.leader()?.id ?? null));
    return { fewest: Math.min(...seen), leaders: [...leaders], removals: this.#removals };
  }

  #usage(): CrowdUsage {
    const { user, system } = process.cpuUsage();
    return {
      ...{ at: performance.now(), cpu: (user + system) / 1000 },
      members: this.#members.map((member) => {
        const { sent, bytesSent, received, dropped } = member.stats();
        const drops = Object.values(dropped).reduce((sum, count) => sum + count, 0);
        return { id: member.id, sent, bytesSent, received, dropped: drops };
      }),
    };
  }
}

/** What waits to be collected is nobody's need. */
function measureMemory(): CrowdMemory {
  Reflect.get(globalThis, "gc")?.();
  const { rss, heapUsed } = Deno.memoryUsage();
  return { rss, heap: heapUsed };
}

function say(line: CrowdLine): void {
  let bytes = encoder.encode(`${JSON.stringify(line)}\n`);
  while (bytes.length > 0) bytes = bytes.subarray(Deno.stdout.writeSync(bytes));
}

/** Lets a member live and die, so that what is loaded and compiled once is not counted with the others. */
async function warmUp(): Promise<void> {
  await using alone = new Democracy({ source: "127.0.0.1:0", peers: [], isolation: "none", broadcast: false });
  await alone.lead(() => {});
}

async function main(): Promise<void> {
  await warmUp();
  const crowd = new Crowd();
  for await (const line of readLines(Deno.stdin.readable)) {
    const { seq, ...command }: CrowdCommand & { readonly seq: number } = JSON.parse(line);
    crowd.obey(command).then(
      (answer) => say({ reply: seq, answer }),
      (error: unknown) => say({ reply: seq, error: error instanceof Error ? error.message : String(error) }),
    );
  }
  await crowd.leave();
}

await main();
