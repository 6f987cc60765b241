/**
 * What happens to an election of three processes, and what is measured.
 *
 * @module
 */

import { freeAddresses } from "../../harness/addresses.ts";
import { sleep, until } from "../../harness/waiting.ts";
import type { Contender, Program } from "./contender.ts";
import { Place } from "./place.ts";
import { type Answer, Rival } from "./rival.ts";
import { usageOf } from "./usage.ts";

const MEMBERS = 3;
/** ms beside its own timeout that a contender may take to agree on one leader. */
const AGREEMENT = 60_000;
/** ms that a leader is stopped at least after it was replaced: members tell that they were stopped from 500 ms on. */
const PAUSE = 1000;
/** ms that one member alone has to lead before that counts as agreement. */
const CALM = 200;

/** How often, and for how long. */
export interface Effort {
  readonly starts: number;
  readonly crashes: number;
  readonly stops: number;
  readonly pauses: number;
  /** ms before the cost is measured, and of the measurement. */
  readonly warmUp: number;
  readonly steady: number;
}

/** What came of it. Times in ms. */
export interface Outcome {
  /** From the last member's start to the first that leads. */
  readonly coldStart: number[];
  /** From SIGKILL of the leader to another that leads. */
  readonly crash: number[];
  /** From the word to end to another that leads. */
  readonly stop: number[];
  /** After SIGCONT of a leader that was replaced: how long it and another both say that they lead. NaN: it was not replaced. */
  readonly wrong: number[];
  /** ms of CPU in a second, of each member that does not lead. */
  readonly cpu: number[];
  /** MiB of each member. */
  readonly memory: number[];
  /** Packets in a second, of all together, servers included, divided by the members. */
  readonly packets: number[];
}

/** Three members of a contender, and the servers they need. */
class Election {
  readonly #launch: (index: number) => Program;
  readonly #place: Place;
  readonly rivals: Rival[] = [];

  constructor(launch: (index: number) => Program, place: Place) {
    this.#launch = launch;
    this.#place = place;
  }

  async startAll(): Promise<void> {
    for (let index = 0; index < MEMBERS; index++) this.#spawn(index);
    await Promise.all(this.rivals.map((rival) => rival.started()));
  }

  /** Starts the member anew that has this index, and waits until it takes part. */
  async restart(rival: Rival): Promise<void> {
    await rival.end();
    await this.#spawn(this.rivals.indexOf(rival)).started();
  }

  /** Waits until one of them leads, the others do not, and that stays so. */
  async agreed(): Promise<Rival> {
    const end = performance.now() + AGREEMENT;
    while (performance.now() < end) {
      const [leader, ...more] = this.rivals.filter(({ leads }) => leads);
      await sleep(CALM);
      if (leader?.leads === true && more.length === 0) {
        if (this.rivals.filter(({ leads }) => leads).length === 1) return leader;
      }
    }
    throw new Error(`Nobody led alone for ${AGREEMENT} ms`);
  }

  /** The first answer of another that it leads, after this time. */
  async successor(leader: Rival, after: number, patience = AGREEMENT): Promise<Answer> {
    let found: Answer | undefined;
    await until("another leads", () => {
      const answers = this.rivals.filter((rival) => rival !== leader).flatMap(({ answers }) => answers);
      found = answers.find(({ at, leads }) => leads && at >= after);
      return found !== undefined;
    }, patience);
    return found!;
  }

  async endAll(): Promise<void> {
    await Promise.all(this.rivals.map((rival) => rival.end()));
    this.rivals.length = 0;
  }

  async packets(): Promise<number | undefined> {
    return await this.#place.packets();
  }

  #spawn(index: number): Rival {
    return this.rivals[index] = new Rival(this.#place.within(this.#launch(index)));
  }
}

async function coldStart(election: Election, outcome: Outcome): Promise<void> {
  await election.startAll();
  const begun = Date.now();
  await until("one leads", () => election.rivals.some(({ leads }) => leads), AGREEMENT);
  const first = Math.min(
    ...election.rivals.flatMap(({ answers }) => answers.filter(({ leads }) => leads).map(({ at }) => at)),
  );
  outcome.coldStart.push(Math.max(0, first - begun));
}

async function crash(election: Election, { crash }: Outcome): Promise<void> {
  const leader = await election.agreed();
  await sleep(Math.random() * CALM);
  const at = leader.signal("SIGKILL");
  crash.push((await election.successor(leader, at)).at - at);
  await election.restart(leader);
}

async function stop(election: Election, { stop }: Outcome): Promise<void> {
  const leader = await election.agreed();
  const at = await leader.stop();
  stop.push((await election.successor(leader, at)).at - at);
  await leader.gone();
  await election.restart(leader);
}

async function pause(election: Election, timeout: number, { wrong }: Outcome): Promise<void> {
  const leader = await election.agreed();
  const at = leader.signal("SIGSTOP");
  let replaced = true;
  try {
    await election.successor(leader, at, 10 * timeout + PAUSE).catch(() => replaced = false);
    await sleep(Math.max(timeout, PAUSE));
  } finally {
    leader.signal("SIGCONT");
  }
  if (!replaced) {
    wrong.push(NaN);
    return;
  }
  await until("the one that was stopped answers", () => leader.answers.some((answer) => answer.woke && answer.at > at));
  const first = leader.answers.findLast(({ woke }) => woke)!;
  if (!first.leads) {
    wrong.push(0);
    return;
  }
  // It may stay the leader, and those that replaced it give way.
  await until("one of them leads alone", () => election.rivals.filter(({ leads }) => leads).length === 1, AGREEMENT);
  wrong.push(Math.max(...election.rivals.map(({ answers }) => answers.at(-1)?.at ?? 0)) - first.at);
}

async function steady(election: Election, { warmUp, steady }: Effort, outcome: Outcome): Promise<void> {
  const leader = await election.agreed();
  await Promise.all(election.rivals.map((rival) => rival.rest()));
  await sleep(warmUp);
  const others = election.rivals.filter((rival) => rival !== leader);
  const measure = () => Promise.all(others.map(({ pid }) => usageOf(pid)));
  const [before, packets, begun] = [await measure(), await election.packets(), performance.now()];
  await sleep(steady);
  const [after, more, seconds] = [await measure(), await election.packets(), (performance.now() - begun) / 1000];
  after.forEach((usage, index) => {
    const earlier = before[index];
    if (usage === undefined || earlier === undefined) return;
    outcome.cpu.push((usage.cpu - earlier.cpu) / seconds);
    outcome.memory.push(usage.memory);
  });
  if (packets !== undefined && more !== undefined) outcome.packets.push((more - packets) / seconds / MEMBERS);
}

async function endServers(servers: readonly Deno.ChildProcess[]): Promise<void> {
  for (const server of servers) server.kill("SIGTERM");
  await Promise.all(servers.map(async (server) => {
    const limit = setTimeout(() => server.kill("SIGKILL"), 5000);
    await server.status;
    clearTimeout(limit);
  }));
}

/**
 * Lets a contender play all scenes, one after the other, with processes of its own.
 *
 * @throws {UnavailableContenderError} Where this machine lacks what it takes.
 */
export async function play(contender: Contender, effort: Effort): Promise<Outcome> {
  const place = await Place.make();
  const folder = await Deno.makeTempDir({ prefix: "democracy_peers_" });
  const servers: Deno.ChildProcess[] = [];
  const outcome: Outcome = { coldStart: [], crash: [], stop: [], wrong: [], cpu: [], memory: [], packets: [] };
  try {
    const ports = (await freeAddresses(MEMBERS)).map((address) => Number(address.split(":")[1]));
    const launch = await contender.prepare({
      ports,
      folder,
      async serve(program) {
        const { program: file, args } = place.within(program);
        servers.push(
          new Deno.Command(file, { args: [...args], stdin: "null", stdout: "null", stderr: "null" }).spawn(),
        );
        await sleep(1000);
      },
    });
    const election = new Election(launch, place);
    try {
      for (let time = 0; time < effort.starts; time++) {
        await coldStart(election, outcome);
        if (time < effort.starts - 1) {
          await election.endAll();
          await sleep(contender.timeout);
        }
      }
      // A member that was started anew takes part fully after a lease.
      const calm = () => sleep(contender.timeout + contender.interval);
      for (let time = 0; time < effort.crashes; time++) await calm().then(() => crash(election, outcome));
      for (let time = 0; time < effort.stops; time++) await calm().then(() => stop(election, outcome));
      for (let time = 0; time < effort.pauses; time++) {
        await calm().then(() => pause(election, contender.timeout, outcome));
      }
      await steady(election, effort, outcome);
    } finally {
      await election.endAll();
    }
    return outcome;
  } finally {
    await endServers(servers);
    await Deno.remove(folder, { recursive: true });
    await place.remove();
  }
}
