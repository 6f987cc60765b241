/**
 * One member as a process of its own, in Deno or Node: does what its stdin says, and ends when that ends.
 *
 * @module
 */

import { writeSync } from "node:fs";
import process from "node:process";
import { Democracy, type NamedElection } from "../../mod.ts";
import { BeliefLog } from "./belief.ts";
import { MachineClock } from "./clock.ts";
import { readLines } from "./lines.ts";
import type { Answers, Command, Happening, JoinSettings, Line, MemberStatus } from "./protocol.ts";

const STDOUT = 1;

const encoder = new TextEncoder();

class Member {
  readonly #clock = new MachineClock();
  #log = this.#newLog();
  #happenings: Happening[] = [];
  #democracy: Democracy | undefined;
  #timers: ReturnType<typeof setInterval>[] = [];
  #elections: NamedElection[] = [];
  #electedAt: number | undefined;

  /** Does one thing; the answer is for whoever asked. */
  async obey(command: Command): Promise<Answers[keyof Answers]> {
    switch (command.name) {
      case "join":
        return await this.#join(command.settings);
      case "watch":
        this.#clock.calibrate();
        this.#log = this.#newLog();
        this.#happenings = [];
        this.#sample();
        return { at: this.#clock.now() };
      case "record": {
        this.#sample();
        const { beliefs, firstAnswers, samples, longestGap } = this.#log;
        return { beliefs, firstAnswers, samples, longestGap, happenings: this.#happenings };
      }
      case "block":
        return this.#block(command.ms);
      case "resign":
        return await this.#resign();
      case "leave":
        return await this.leave();
      case "usage":
        return this.#usage();
      case "stand":
        return this.#stand(command.elections);
      case "leads":
        return { led: this.#elections.filter((election) => election.isLeader()).length, electedAt: this.#electedAt };
    }
  }

  /** Leaves the cluster, if it is in one. */
  async leave(): Promise<Answers["leave"]> {
    this.#sample();
    const at = this.#clock.now();
    const left = this.#democracy?.close();
    this.#sample();
    await left;
    for (const timer of this.#timers) clearInterval(timer);
    this.#timers = [];
    this.#democracy = undefined;
    return { at };
  }

  async #join({ sampleEvery, statusEvery, ...options }: JoinSettings): Promise<Answers["join"]> {
    const started = this.#clock.now();
    const democracy = new Democracy({ ...options, broadcast: false });
    this.#democracy = democracy;
    this.#listen(democracy);
    if (sampleEvery > 0) this.#timers.push(setInterval(() => this.#sample(), sampleEvery));
    if (statusEvery > 0) this.#timers.push(setInterval(() => this.#tell(), statusEvery));
    await democracy.ready;
    const ready = this.#clock.now();
    this.#tell();
    return { started, ready };
  }

  #listen(democracy: Democracy): void {
    const note = (happening: Omit<Happening, "at">): void => {
      this.#sample();
      this.#happenings.push({ ...happening, at: this.#clock.now() });
      this.#tell();
    };
    democracy.on("added", ({ id }) => note({ type: "added", id }));
    democracy.on("removed", ({ id }) => note({ type: "removed", id }));
    democracy.on("leader", (leader) => note({ type: "leader", id: leader?.id ?? null }));
    democracy.on("elected", ({ id, token }) => note({ type: "elected", id, token }));
    democracy.on("resigned", ({ id, token, reason }) => note({ type: "resigned", id, token, reason }));
    democracy.on("error", ({ message }) => note({ type: "error", id: democracy.id, reason: message }));
  }

  #block(ms: number): Answers["block"] {
    this.#sample();
    const from = this.#clock.now();
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
    const leads = this.#democracy?.isLeader() ?? false;
    this.#sample();
    return { from, to: this.#clock.now(), leads };
  }

  async #resign(): Promise<Answers["resign"]> {
    this.#sample();
    const at = this.#clock.now();
    const resigned = this.#democracy?.resign();
    this.#sample();
    await resigned;
    return { at };
  }

  #stand(count: number): Answers["stand"] {
    const at = this.#clock.now();
    const names = Array.from({ length: count }, (_, index) => `shard-${index}`);
    this.#elections = names.flatMap((name) => this.#democracy?.election(name) ?? []);
    for (const election of this.#elections) election.on("elected", () => this.#electedAt = this.#clock.now());
    return { at };
  }

  #usage(): Answers["usage"] {
    const { user, system } = process.cpuUsage();
    return {
      at: this.#clock.now(),
      cpu: (user + system) / 1000,
      rss: process.memoryUsage().rss,
      stats: this.#democracy?.stats(),
    };
  }

  #sample(): void {
    if (this.#democracy !== undefined) this.#log.sample(this.#democracy);
  }

  #tell(): void {
    const democracy = this.#democracy;
    if (democracy === undefined) return;
    const status: MemberStatus = {
      at: this.#clock.now(),
      leads: democracy.isLeader(),
      token: democracy.token,
      remaining: democracy.remaining(),
      leader: democracy.leader()?.id ?? null,
      members: Object.keys(democracy.nodes()),
    };
    say({ status });
  }

  #newLog(): BeliefLog {
    return new BeliefLog(() => this.#clock.now());
  }
}

function say(line: Line): void {
  let bytes = encoder.encode(`${JSON.stringify(line)}\n`);
  while (bytes.length > 0) bytes = bytes.subarray(writeSync(STDOUT, bytes));
}

async function main(): Promise<void> {
  const member = new Member();
  for await (const line of readLines(process.stdin)) {
    const { seq, ...command }: Command & { readonly seq: number } = JSON.parse(line);
    member.obey(command).then(
      (answer) => say({ reply: seq, answer }),
      (error: unknown) => say({ reply: seq, error: error instanceof Error ? error.message : String(error) }),
    );
  }
  await member.leave();
}

await main();
