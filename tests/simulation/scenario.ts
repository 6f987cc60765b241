/**
 * A small language for scenarios: commands, a line `----`, and what they led to.
 *
 *     cluster members=3 interval=100 timeout=500 weights=3,2,1
 *     start all
 *     run 1000
 *     ----
 *      0.000  m1  starts
 *      ...
 *
 * Commands: `cluster`, `start`, `crash`, `close`, `resign`, `pause MS`, `suspend MS`, `stall on|off`, `wall MS` (each
 * followed by members or `all`), `cut A B | C D`, `block A -> B` (one way), `heal`, `delay MS`, `run MS`, `show`.
 *
 * @module
 */

import type { Core } from "../../scripts/simulate/core.ts";
import { EPOCH, type Machine, type MachinePlan } from "../../scripts/simulate/machine.ts";
import { World } from "../../scripts/simulate/world.ts";

/** Runs the commands of a transcript and returns it with the outputs that they lead to now. */
export function play<MemberState>(core: Core<MemberState>, transcript: string): string {
  const stage = new Stage(core);
  const blocks = transcript.trimEnd().split(/\n\n+/);
  return blocks.map((block) => {
    const lines = block.split("\n");
    const rule = lines.indexOf("----");
    const commands = rule < 0 ? lines : lines.slice(0, rule);
    if (commands.every((line) => line.startsWith("#"))) return block;
    return [...commands, "----", ...stage.run(commands)].join("\n");
  }).join("\n\n") + "\n";
}

class Stage<MemberState> {
  #core: Core<MemberState>;
  #world: World<MemberState> | undefined;
  #output: string[] = [];

  constructor(core: Core<MemberState>) {
    this.#core = core;
  }

  run(commands: readonly string[]): string[] {
    this.#output = [];
    for (const command of commands) {
      if (!command.startsWith("#")) this.#do(command.trim().split(/\s+/));
    }
    return this.#output;
  }

  #do([verb, ...words]: string[]): void {
    if (verb === "cluster") {
      this.#cluster(new Map(words.map((word) => [word.split("=")[0]!, word.split("=")[1] ?? "true"])));
      return;
    }
    const world = this.#staged();
    switch (verb) {
      case "run":
        return world.timeline.runUntil(world.now + number(words[0]));
      case "delay":
        return world.network.setWeather(weather(number(words[0])));
      case "heal":
        return world.network.heal();
      case "cut":
        return this.#cut(words.slice(0, words.indexOf("|")), words.slice(words.indexOf("|") + 1));
      case "block":
        return world.network.cut(this.#named(words[0]).index, this.#named(words[2]).index);
      case "show":
        return this.#show();
      default:
        return this.#member(world, verb ?? "", words);
    }
  }

  #member(world: World<MemberState>, verb: string, words: string[]): void {
    const parameter = ["pause", "suspend", "stall", "wall"].includes(verb) ? words.shift() : undefined;
    const machines = words[0] === "all" ? world.machines : words.map((name) => this.#named(name));
    for (const machine of machines) {
      switch (verb) {
        case "start":
          world.start(machine);
          break;
        case "crash":
          world.crash(machine);
          break;
        case "close":
        case "resign":
          world.command(machine, { kind: verb });
          break;
        case "stall":
          world.command(machine, { kind: "stall", stalled: parameter === "on" });
          break;
        case "pause":
          world.pause(machine, number(parameter));
          break;
        case "suspend":
          world.suspend(machine, number(parameter));
          break;
        case "wall":
          world.stepWall(machine, number(parameter));
          break;
        default:
          throw new RangeError(`Unknown command "${verb}"`);
      }
    }
  }

  #cluster(options: Map<string, string>): void {
    const weights = (options.get("weights") ?? "").split(",");
    const observers = (options.get("observers") ?? "").split(",");
    const machines = Array.from({ length: number(options.get("members")) }, (_, index): MachinePlan => ({
      name: `m${index + 1}`,
      address: `10.0.0.${index + 1}:7000`,
      weight: Number(weights[index] ?? 0),
      eligible: !observers.includes(`m${index + 1}`),
      voter: true,
      configured: true,
      rate: 1,
      wallRate: 1,
      skew: 0,
      origin: 0,
    }));
    const line = (time: number, member: string, text: string): void => {
      // Tokens are wall clock times: the ms since the start say more.
      const short = text.replaceAll(/\b1767\d{9}\b/g, (token) => `T+${Number(token) - EPOCH}`);
      this.#output.push(`${time.toFixed(1).padStart(9)}  ${member.padEnd(8)}${short}`);
    };
    this.#world = new World(
      {
        seed: 1,
        machines,
        interval: number(options.get("interval")),
        timeout: number(options.get("timeout")),
        drift: 0.01,
        quorum: options.get("quorum") === "none" ? "none" : "majority",
        preemptAfter: options.has("preempt") ? number(options.get("timeout")) : undefined,
        quarantine: options.get("quarantine") === "until-idle" ? "until-idle" : number(options.get("timeout")),
        weather: weather(1),
        socketBuffer: 64,
        lateness: 0,
      },
      this.#core,
      (packet) => packet,
      { line },
    );
  }

  #cut(group: readonly string[], others: readonly string[]): void {
    const { network } = this.#staged();
    for (const a of group) {
      for (const b of others) {
        network.cut(this.#named(a).index, this.#named(b).index);
        network.cut(this.#named(b).index, this.#named(a).index);
      }
    }
  }

  #show(): void {
    const world = this.#staged();
    for (const machine of world.machines) {
      const known = machine.phase === "running" ? machine.leader() : undefined;
      const follows = known === undefined ? "knows no leader" : `follows ${known.id} (T+${known.token - EPOCH})`;
      const state = machine.phase !== "running"
        ? `is ${machine.phase}`
        : machine.believes(world.now)
        ? `LEADS (T+${machine.view.term - EPOCH})`
        : follows;
      this.#output.push(`${world.now.toFixed(1).padStart(9)}  ${machine.plan.name} ${state}`);
    }
  }

  #named(name: string | undefined): Machine<MemberState> {
    const machine = this.#staged().machines.find(({ plan }) => plan.name === name);
    if (machine === undefined) throw new RangeError(`No member is called "${name}"`);
    return machine;
  }

  #staged(): World<MemberState> {
    if (this.#world === undefined) throw new Error(`A scenario begins with "cluster"`);
    return this.#world;
  }
}

function weather(delay: number): ConstructorParameters<typeof World>[0]["weather"] {
  return { loss: 0, duplication: 0, delay: { kind: "uniform", low: delay, high: delay } };
}

function number(word: string | undefined): number {
  const value = Number(word ?? NaN);
  if (!Number.isFinite(value)) throw new RangeError(`A number is needed, got "${word}"`);
  return value;
}
